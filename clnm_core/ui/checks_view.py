"""How do the checks of a cohort get onto a page: what was found, what it means, what to do?"""

from __future__ import annotations

from typing import Literal

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import checks_words, wording
from clnm_core.stats.checks.result import Check
from clnm_core.stats.findings import Severity
from clnm_core.store.cohort_checks import cohort_checks
from clnm_core.ui import cached, checks_facts, panels, pickers, tables
from clnm_core.ui.words import heading, plain

_COLOURS: dict[Severity, Literal["red", "orange", "blue"]] = {
    "error": "red",
    "warning": "orange",
    "info": "blue",
}
_WORDS = {"error": "Error", "warning": "Warning", "info": "Note"}


def draw(query: CohortQuery) -> None:
    """Answer, strip, what was found, and everything that was looked for."""
    checks = cached.computed(cohort_checks, query.everyone())
    panels.answer(checks_words.checks_answer(checks))
    _strip(checks)
    cohort = cached.cohort(query.cohort)
    if cohort.description:
        st.caption(plain(f"About the cohort: {cohort.description}"))
    shown = checks_words.in_order([check for check in checks if check.state == "found"])
    if shown:
        st.subheader("What was found", anchor=False)
    for check in shown:
        _found(check)
    st.subheader("Everything that was looked for", anchor=False)
    _table(checks)
    _explained()


def _strip(checks: tuple[Check, ...]) -> None:
    found = [check for check in checks if check.state == "found"]
    counts = {name: sum(check.severity == name for check in found) for name in _WORDS}
    clear = sum(check.state == "clear" for check in checks)
    silent = sum(check.state == "not checked" for check in checks)
    panels.strip(
        [
            panels.Figure("Errors", f"{counts['error']}", "the numbers cannot be believed"),
            panels.Figure("Warnings", f"{counts['warning']}", "look before you rely on them"),
            panels.Figure("Notes", f"{counts['info']}", "say so in the report"),
            panels.Figure("Nothing found", f"{clear}", f"of {len(checks)} checks"),
            panels.Figure("Could not look", f"{silent}", "the data for them are not there"),
        ]
    )


def _found(check: Check) -> None:
    with st.container(border=True, key=f"found_{check.code}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge(_WORDS[check.severity], color=_COLOURS[check.severity])
            st.markdown(f"**{check.code} · {checks_words.ALL_CODES[check.code]}**")
        st.write(plain(f"{check.told}."))
        st.write(plain(check.advice))
        with st.expander(f"The {wording.count_text(len(check.rows), 'row')} behind it"):
            st.dataframe(
                check.rows.rename(columns=heading),
                hide_index=True,
                height=min(36 * (len(check.rows) + 1) + 2, 330),
                alt=f"What {check.code} found",
            )
            panels.table_download(check.rows, f"check_{check.code.lower()}")
        with st.expander(f"What {check.code} means"):
            st.markdown(checks_words.explanation(check.code))


def _table(checks: tuple[Check, ...]) -> None:
    rows = checks_facts.check_rows(checks)
    st.html(
        tables.table(
            ["Code", "Looked for", "Result", "In numbers"],
            rows.astype(str).to_numpy().tolist(),
            alt="Every check with its result",
        )
    )
    panels.table_download(rows, "checks")


def _explained() -> None:
    left, _, _ = st.columns(3)
    with left:
        code = pickers.pick("Explain a code", "code", {one: one for one in checks_words.ALL_CODES})
    with st.container(border=True, key="explained"):
        st.markdown(f"**{code} · {checks_words.ALL_CODES[code]}**")
        st.markdown(checks_words.explanation(code))
