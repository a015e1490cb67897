"""What makes this case unlike the cases that taught the model?"""

from __future__ import annotations

import streamlit as st

from clnm_core.explain.unlike import Check
from clnm_core.report.similar_words import NO_REFERENCE, unlike_sentence
from clnm_core.report.wording import count_text
from clnm_core.ui import panels, similar_facts, tables
from clnm_core.ui.asked import Asked
from clnm_core.ui.words import plain

HEAD = ("What was checked", "This case", "Training cases", "")


def draw(asked: Asked) -> None:
    """Warnings first, the model's own among them; then what was checked and found usual."""
    if asked.shown is None:
        return
    found = similar_facts.alike(asked)
    checked = found.seen.checks if found is not None else ()
    warnings = (
        *asked.shown.report.doubts,
        *(check.sentence for check in checked if check.sentence),
    )
    usual = sum(not check.is_unusual for check in checked)
    with st.container(key="case_doubts"):
        name = panels.model_title(asked.record_of(asked.shown))
        st.subheader(f"Is this case one for {plain(name)}?", anchor=False)
        sentence = plain(unlike_sentence(len(warnings), usual))
        if warnings:
            listed = "\n".join(f"- {plain(one)}" for one in warnings)
            st.warning(f"{sentence}\n\n{listed}", icon=":material/warning:")
        else:
            st.markdown(sentence)
        if found is not None and found.seen.problem:
            st.caption(plain(found.seen.problem))
        elif not checked:
            st.caption(plain(NO_REFERENCE))
        if checked:
            with st.expander(f"{count_text(len(checked), 'check')} beside the training cases"):
                st.html(_table(checked))


def _table(checked: tuple[Check, ...]) -> str:
    rows: list[list[str | tables.Cell | None]] = [
        [one.label, one.value, one.usual, tables.Cell("<b>unusual</b>") if one.is_unusual else ""]
        for one in sorted(checked, key=lambda check: not check.is_unusual)
    ]
    return tables.table(HEAD, rows, alt="This case beside the training cases")
