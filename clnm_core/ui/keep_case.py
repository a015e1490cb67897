"""How does a visitor keep the case that they asked about? Below the answer of the Predict page.

Nothing is kept unless the visitor says so here. What they say holds for the case as it stands: with
every change they are asked anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import streamlit as st

from clnm_core.domain.columns import Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import ClnmError, InputError
from clnm_core.report import keeping_words
from clnm_core.report.keeping_words import DrawnOn, ToKeep
from clnm_core.report.wording import lower_first
from clnm_core.store.ingest.given_case import LONGEST_NAME, REPORT, GivenCase, GivenPicture
from clnm_core.store.ingest.one_case import KeptCase, keep_case
from clnm_core.store.kept_cases import Overridden, kept_note, saying_the_same
from clnm_core.store.places import default_store
from clnm_core.ui import (
    cached,
    frame,
    kept_case,
    links,
    outline_subject,
    predict_image,
    remembered,
    visitor,
)
from clnm_core.ui.asked import Asked
from clnm_core.ui.outline_upload import Outlined
from clnm_core.ui.predict_pictures import Shown
from clnm_core.ui.words import plain

_KEPT = "_kept_case"
_OPEN = "keep_case_open"

_NOT_KNOWN, _HAPPENED, _DID_NOT = "not known yet", "present", "absent"
_OUTCOMES = {_HAPPENED: True, _DID_NOT: False}


@st.fragment
def draw(asked: Asked, shown: Sequence[Shown]) -> None:
    """Offer to keep the case, or say that it is kept.

    Parameters
    ----------
    asked : Asked
        The case as it was asked about.
    shown : sequence of Shown
        Its pictures, as they were uploaded and outlined.

    """
    with st.container(key="keep_case"):
        if kept_case.is_taken_back() and st.session_state.pop(_KEPT, None):
            st.rerun()  # the whole page follows the version without it
        kept_case.say()
        kept = _standing(asked)
        if kept is not None:
            _done(kept)
            return
        panel = st.expander(
            "Keep this case", key=_OPEN, on_change="rerun", icon=":material/bookmark_add:"
        )
        if panel.open:
            with panel:
                _ask(asked, shown)


def _standing(asked: Asked) -> KeptCase | None:
    """What the case was kept as in this visit, as long as it is there."""
    found = st.session_state.get(_KEPT)
    if found is None or found[0] != asked.digest:
        return None
    kept: KeptCase = found[1]
    is_there = kept_note(cached.warehouse(kept.cohort), kept.cohort, kept.case_id) is not None
    return kept if is_there else None


def _done(kept: KeptCase) -> None:
    title = cached.cohort(kept.cohort).title
    st.success(
        plain(keeping_words.done_words(kept.case_id, title, kept.version)),
        icon=":material/bookmark_added:",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        here = {
            key: st.query_params.get_all(key)
            for key in st.query_params
            if key not in links.PAGE_KEYS
        }
        st.page_link(
            frame.path_of("case.py"),
            label=f"Open case {kept.case_id}",
            icon=":material/arrow_forward:",
            query_params={**here, "case": kept.case_id},
        )
        kept_case.offer_to_take_back(kept.cohort, kept.case_id)


def _ask(asked: Asked, shown: Sequence[Shown]) -> None:
    """What would be kept, and the form that says so."""
    cohort = asked.query.cohort
    registry = cached.registry(cohort)
    outlined = [one for one in shown if one[2] is not None]
    given = _to_keep(asked, registry, [one for _, _, one in outlined if one is not None])
    st.markdown(plain(f"Into {cached.cohort(cohort).title}:"))
    st.markdown("\n".join(f"- {plain(line)}" for line in keeping_words.kept_lines(given)))
    st.markdown(plain(keeping_words.place_words(given)))
    if given.is_synthetic:
        st.caption(plain(keeping_words.synthetic_words(given)))
        st.page_link(
            frame.path_of("import_data.py"), label="Import a table", icon=":material/upload_file:"
        )
    values = {name: value for name, value in asked.values.items() if name in registry}
    same = "" if outlined else saying_the_same(cached.warehouse(cohort), cohort, values)
    if same:
        st.warning(plain(keeping_words.same_words(same)), icon=":material/content_copy:")
    name, outcome, is_said, pressed = _form(asked, registry)
    if pressed:
        try:
            case = GivenCase(
                name=name,
                values=values,
                report_text=asked.report_text,
                outcome=asked.query.outcome if outcome in _OUTCOMES else "",
                happened=_OUTCOMES.get(outcome, False),
                pictures=[_picture(one) for one in outlined],
                overridden={
                    column: Overridden(asked.measured[column], note)
                    for column, note in asked.overridden.items()
                    if column in values
                },
            )
            _keep(asked, case, names_nobody=is_said)
        except ClnmError as error:
            st.error(plain(str(error)), icon=":material/error:")


def _form(asked: Asked, registry: Registry) -> tuple[str, str, bool, bool]:
    """Name, outcome, whether the visitor answers for it, and whether the button was pressed."""
    this = asked.digest[:12]
    proposed = remembered.once("keep_name", asked.digest, lambda: f"kept-{secrets.token_hex(4)}")
    with st.form(f"keep_case_{this}", border=False):
        left, right = st.columns(2)
        name = left.text_input(
            "Name of the case",
            proposed,
            max_chars=LONGEST_NAME,
            key=f"keep_name_{this}",
            help="Made by chance; write your own to recognise the case if it is imported later. As "
            "on import, it becomes a pseudonym and is not kept itself.",
        )
        outcome = right.selectbox(
            registry[asked.query.outcome].label,
            [_NOT_KNOWN, *_OUTCOMES],
            key=f"keep_outcome_{this}",
            help="As pathology found it. Until it is known, the case is in no judgement.",
        )
        is_said = st.checkbox(
            keeping_words.CONSENT,
            key=f"keep_consent_{this}",
            help=f"The audit trail keeps that {plain(visitor.login())} said so.",
        )
        pressed = st.form_submit_button(
            "Keep this case", type="primary", icon=":material/bookmark_add:"
        )
    return str(name), str(outcome), bool(is_said), pressed


def _keep(asked: Asked, case: GivenCase, *, names_nobody: bool) -> None:
    with st.spinner("Keeping the case"):
        kept = keep_case(
            default_store(),
            asked.query.cohort,
            case,
            names_nobody=names_nobody,
            actor=visitor.login(),
        )
    st.session_state[_KEPT] = (asked.digest, kept)
    remembered.forget("keep_name")
    st.rerun()


def _picture(one: Shown) -> GivenPicture:
    place, _, outlined = one
    data = predict_image.file_of(place)
    if outlined is None or not data:
        raise InputError("A picture of the case is no longer here. Upload it again, then keep it.")
    return GivenPicture(
        data,
        frame=outlined.judged.frame,
        masks=outlined.masks,
        proposed=outlined.proposed,
        spacing_mm=outlined.judged.spacing_mm,
        modality=outlined.judged.modality,
        view=outlined.view,
        pixels=outlined.judged.pixels,
    )


def _to_keep(asked: Asked, registry: Registry, outlined: Sequence[Outlined]) -> ToKeep:
    here: dict[str, Any] = {n: value for n, value in asked.values.items() if n in registry}
    splits = cached.values(asked.query.cohort, "split") if "split" in registry else ()
    return ToKeep(
        findings=len(here),
        known=sum(value is not None for value in here.values()),
        left_out=tuple(_label(name) for name in asked.values if name not in registry),
        overridden=tuple(registry[name].label for name in asked.overridden if name in here),
        has_report=bool(asked.report_text),
        keeps_report=REPORT in registry,
        pictures=tuple(
            DrawnOn(one.view, _names(one.masks), _names(one.proposed)) for one in outlined
        ),
        has_splits=any(word != "unknown" for word in splits),
        is_synthetic=cached.cohort(asked.query.cohort).is_synthetic,
    )


def _label(column: str) -> str:
    return BUILT_IN[column].label if column in BUILT_IN else column


def _names(structures: Iterable[str]) -> tuple[str, ...]:
    return tuple(lower_first(outline_subject.NAMES[name]) for name in structures)
