"""What does a table probably mean, and what is not certain about that?

The proposal is a mapping for the reader to correct: nothing in it is applied unseen, and what
could be meant otherwise is said in a sentence.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from clnm_core.store.ingest.column_kinds import is_identifying
from clnm_core.store.ingest.drafting import (
    Draft,
    add_finding,
    add_generic_outcome,
    add_n_stage,
    add_own,
    add_registered,
    add_stage,
    stage_letter,
)
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.naming import last_part
from clnm_core.store.ingest.nodes import MAX_LIKELIHOOD, node_columns, propose_nodes
from clnm_core.store.ingest.reading import Table
from clnm_core.store.ingest.synonyms import CASE, IMAGE, PATIENT, plain

_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".dicom", ".bmp")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping, and sentences about what in it is not certain."""

    mapping: Mapping
    unsure: tuple[str, ...]


def propose(table: Table, cohort: str, *, modality: str = "") -> Proposal:
    """Propose a mapping.

    Parameters
    ----------
    table : Table
    cohort : str
        Name of the cohort to be.
    modality : str
        For findings by neck level: which modality counts; see
        :func:`~clnm_core.store.ingest.nodes.propose_nodes`.

    """
    draft = Draft(table)
    patient, case, image = _names(draft)
    nodes = propose_nodes(table.frame, modality)
    draft.taken |= {"any"} if nodes else set()
    findings = {column.source: column.modality for column in node_columns(table.names)}
    short = Counter(plain(last_part(source)) for source in table.names)
    stages = []
    for source in table.names:
        if source in (patient, case, image):
            continue
        if not _is_kept(draft, source):
            draft.skip.append(source)
        elif source in findings:
            add_finding(draft, source, nodes is not None and nodes.modality == MAX_LIKELIHOOD)
        elif (letter := stage_letter(source)) == "n" and nodes is None:
            stages.append(source)
        elif letter:
            add_stage(draft, source, letter)
        elif not add_registered(draft, source, has_nodes=nodes is not None):
            is_short = short[plain(last_part(source))] == 1
            add_own(draft, source, is_short=is_short)
    for source in stages:
        add_n_stage(draft, source)
    if nodes:
        words = (
            "the maximum likelihood of all modalities"
            if (nodes.modality == MAX_LIKELIHOOD)
            else f"the modality {nodes.modality}"
        )
        draft.unsure.append(
            f"Outcomes by neck level come from {words}; choose another under [nodes] where that is "
            "not the reference standard."
        )
    elif not draft.outcomes:
        add_generic_outcome(draft)
    _say_left_out(draft)
    mapping = Mapping(
        cohort=cohort,
        title=cohort.replace("-", " ").capitalize(),
        sheet=table.sheet if len(table.sheets) > 1 else "",
        header=table.header_row if table.kind != "parquet" else 0,
        header_rows=table.header_rows if table.kind != "parquet" else 0,
        block=table.block if len(table.blocks) > 1 else 0,
        patient=patient,
        case=case,
        image=image,
        columns=tuple(draft.columns),
        outcomes=tuple(draft.outcomes),
        nodes=nodes,
        skip=tuple(draft.skip),
    )
    return Proposal(mapping, tuple(draft.unsure))


def _names(draft: Draft) -> tuple[str, str, str]:
    """Columns that name patient, case and image; empty where there is none."""
    found = {"patient": "", "case": "", "image": ""}
    for source in draft.table.names:
        words = draft.words(source)
        text = plain(last_part(source))
        pictures = sum(word.casefold().endswith(_PICTURES) for word in words)
        is_picture = pictures * 2 > len(words)
        is_named = text in IMAGE and _is_unique(draft, source)
        if (is_picture or is_named) and not found["image"]:
            found["image"] = source
        elif is_picture:
            continue
        elif text in PATIENT and not found["patient"] and len(words):
            found["patient"] = source
        elif text in CASE and not found["case"] and _is_unique(draft, source):
            found["case"] = source
    if not found["patient"] and not found["case"]:
        draft.unsure.append(
            "No column names the patient, so each row is taken as one patient. Name the column "
            "under patient where there is one."
        )
    return found["patient"], found["case"], found["image"]


def _is_unique(draft: Draft, source: str) -> bool:
    """Whether each row has a word of its own."""
    return len(draft.words(source)) == len(draft.table)


def _numbers_rows(draft: Draft, source: str) -> bool:
    """Whether a column without a name only counts the rows, as pandas writes them."""
    first = {str(i) for i in range(len(draft.table))}
    return source.startswith("no name (") and set(draft.words(source)) == first


def _is_kept(draft: Draft, source: str) -> bool:
    return not (
        not draft.words(source)
        or _numbers_rows(draft, source)
        or is_identifying(last_part(source))
        or draft.look(source).kind is None
    )


def _say_left_out(draft: Draft) -> None:
    empty = [source for source in draft.skip if not draft.words(source)]
    if empty:
        what = f"{len(empty)} columns are" if len(empty) > 1 else f"Column {empty[0]!r} is"
        draft.unsure.append(f"{what} empty and left out.")
    for source in draft.skip:
        if _numbers_rows(draft, source):
            draft.unsure.append(f"Column {source!r} only counts the rows and is left out.")
        elif source not in empty:
            draft.unsure.append(
                f"Column {source!r} may tell who the patient is (a name or a date) and is left out."
            )
