"""What is said of a case before somebody keeps it in a cohort, and when it is kept?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clnm_core.report.wording import count_text, joined, lower_first, upper_first

CONSENT = (
    "I may keep this case here, I have looked at its pictures, and nothing in them, in the report or "
    "in my notes says who the patient is."
)
"""What whoever keeps a case says; the audit trail keeps that they did."""

TAKING_BACK = (
    "Taking it back makes a version of the store without it. Earlier versions, and the files of its "
    "pictures, still have it."
)


@dataclass(frozen=True, slots=True)
class DrawnOn:
    """What is outlined on one picture, in words, and which of it a network proposed."""

    view: str
    outlined: tuple[str, ...]
    proposed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToKeep:
    """What there is of a case, and where it would go.

    Parameters
    ----------
    findings, known : int
        Fields of the form that the cohort has a column for, and those that are filled in.
    left_out : tuple of str
        Labels of the fields for which it has none.
    overridden : tuple of str
        Labels of what was measured and entered otherwise.
    has_report, keeps_report : bool
        Whether there is one, and whether the cohort has a column for it.
    pictures : tuple of DrawnOn
    has_splits : bool
        Whether any case of the cohort has a split.
    is_synthetic : bool

    """

    findings: int
    known: int
    left_out: tuple[str, ...] = ()
    overridden: tuple[str, ...] = ()
    has_report: bool = False
    keeps_report: bool = False
    pictures: tuple[DrawnOn, ...] = ()
    has_splits: bool = True
    is_synthetic: bool = False


def kept_lines(given: ToKeep) -> list[str]:
    """What would be kept, a sentence or two for each part.

    Examples
    --------
    >>> drawn = DrawnOn("transverse", ("nodule", "thyroid"), ("thyroid",))
    >>> for line in kept_lines(ToKeep(9, 4, pictures=(drawn,), overridden=("Capsule distance",))):
    ...     print(line)
    9 findings, 4 of them known; what is unknown stays unknown.
    Capsule distance as entered, with what was measured and your note.
    The picture, de-identified (transverse, with nodule and thyroid as outlined). Nobody has \
corrected what a network proposed: thyroid is kept as a proposal.

    """
    lines = [
        f"{count_text(given.findings, 'finding')}, {given.known:,} of them known; what is unknown "
        "stays unknown."
    ]
    if given.overridden:
        labels = joined([lower_first(label) for label in given.overridden])
        lines.append(f"{upper_first(labels)} as entered, with what was measured and your note.")
    if given.has_report:
        lines.append(
            "The wording of the report."
            if given.keeps_report
            else "Not the report: the cohort has no column for one."
        )
    if given.pictures:
        lines.append(_pictures(given.pictures))
    if given.left_out:
        labels = joined([lower_first(label) for label in given.left_out])
        lines.append(f"Not {labels}: the cohort has no such column any more.")
    return lines


def place_words(given: ToKeep) -> str:
    """What becomes of the case in its cohort.

    Examples
    --------
    >>> place_words(ToKeep(9, 4))
    'It becomes a case of a new patient. It gets no split, so no model that is trained later learns \
from it, and no published figure changes. What the models say now is not kept; Case asks them again.'

    """
    taught = (
        "It gets no split, so no model that is trained later learns from it, and no published figure "
        "changes."
        if given.has_splits
        else "No published figure changes. The cohort has no splits: once the outcome is known, a model "
        "that is trained later may learn from it, as from every case."
    )
    return (
        f"It becomes a case of a new patient. {taught} What the models say now is not kept; Case asks "
        "them again."
    )


def synthetic_words(given: ToKeep) -> str:
    """What to know before a case is kept in a demonstration; empty where it is none."""
    if not given.is_synthetic:
        return ""
    return (
        "The patients of this cohort are simulated. The case would stand among them, marked as "
        "synthetic, and goes when the demonstration is made anew. For a study, import your own table "
        "first and keep cases there."
    )


def done_words(case_id: str, title: str, version: int) -> str:
    """That the case is kept, and where."""
    return f"Kept as case {case_id} in {title}: store version {version}."


def taken_back_words(case_id: str, version: int) -> str:
    """That the case is there no longer."""
    return f"Case {case_id} was taken back: store version {version} is without it."


def same_words(case_id: str) -> str:
    """That another case says the same; empty where none does."""
    if not case_id:
        return ""
    return (
        f"Case {case_id} of the cohort says the same in every finding. If that is this patient, do not "
        "keep the case again: it would count twice."
    )


def note_words(at: str, who: str, overridden: Sequence[tuple[str, str, str]]) -> str:
    """How a case came into its cohort; ``overridden`` are label, measured value and note.

    Examples
    --------
    >>> note_words("2026-11-21T10:11:12+00:00", "anna", [("Capsule distance", "2.3 mm", "calipers")])
    'Kept on Predict by anna on 2026-11-21. Capsule distance: entered by hand, measured 2.3 mm \
(“calipers”).'

    """
    said = [f"Kept on Predict by {who} on {at[:10]}."]
    for label, measured, note in overridden:
        why = f" (“{note}”)" if note else ""
        said.append(f"{label}: entered by hand, measured {measured}{why}.")
    return " ".join(said)


def _pictures(pictures: Sequence[DrawnOn]) -> str:
    each = []
    for one in pictures:
        outlines = f"with {joined(one.outlined)} as outlined" if one.outlined else "not outlined"
        each.append(f"{one.view}, {outlines}" if one.view else outlines)
    what = "The picture" if len(pictures) == 1 else f"{len(pictures)} pictures"
    said = f"{what}, de-identified ({'; '.join(each)})."
    proposed = list(dict.fromkeys(name for one in pictures for name in one.proposed))
    if proposed:
        are = "is kept as a proposal" if len(proposed) == 1 else "are kept as proposals"
        said += f" Nobody has corrected what a network proposed: {joined(proposed)} {are}."
    return said
