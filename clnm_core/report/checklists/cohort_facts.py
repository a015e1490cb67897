"""What does the store know about the patients, the data and how they were parted?"""

from __future__ import annotations

import platform
from importlib.metadata import version

from clnm_core import __version__
from clnm_core.domain.columns import Role
from clnm_core.report.checklists.answer import Answer
from clnm_core.report.checklists.study import Part, Study
from clnm_core.report.wording import count_text, joined, lower_first, number, percent

MOST_NAMED = 8
"""Longer lists are cut to this many names, and say how many more there are."""

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn", "duckdb")


def cohort_facts(study: Study) -> dict[str, Answer]:
    """Answers that need no model; a fact that the store does not know is left out."""
    found = {
        "source": _source(study),
        "centres": _centres(study),
        "several_centres": _several_centres(study),
        "eligibility": _eligibility(study),
        "flow": _flow(study),
        "preparation": _preparation(study),
        "outcome": _outcome(study),
        "candidates": _candidates(study),
        "sample_size": _sample_size(study),
        "partition": _partition(study),
        "disjoint": _disjoint(study),
        "imbalance": _imbalance(study),
        "shift": _shift(study),
        "characteristics": _characteristics(study),
        "images": _images(study),
        "modalities": _modalities(study),
        "segmentation": _segmentation(study),
        "readers": _readers(study),
        "deidentified": _deidentified(study),
        "software": software(),
    }
    return {name: answer for name, answer in found.items() if answer is not None}


def named(words: list[str]) -> str:
    """Words in a row; a long list is cut and says so.

    Examples
    --------
    >>> named([str(n) for n in range(10)])
    '0, 1, 2, 3, 4, 5, 6, 7 and 2 more'

    """
    if len(words) <= MOST_NAMED:
        return joined(words)
    return f"{', '.join(words[:MOST_NAMED])} and {len(words) - MOST_NAMED} more"


def software() -> Answer:
    """The software that made the numbers, with versions."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return Answer(f"CLNM Explorer {__version__}; Python {platform.python_version()}; {libraries}.")


def _source(study: Study) -> Answer:
    cohort = study.cohort
    text = f"{cohort.title}: {count_text(cohort.patients, 'patient')}"
    if study.centres:
        text += f" of {count_text(len(study.centres), 'centre')}"
    text += f", {count_text(cohort.cases, 'case')}, {count_text(cohort.images, 'image')}."
    if cohort.is_synthetic:
        text += " The patients are simulated; nothing here describes real ones."
    return Answer(" ".join(part for part in (text, cohort.unit_note) if part))


def _centres(study: Study) -> Answer | None:
    if not study.centres:
        return None
    words = [f"{name} ({n:,})" for name, n in study.centres.items()]
    return Answer(f"{count_text(len(words), 'centre')}, with cases: {named(words)}.")


def _several_centres(study: Study) -> Answer | None:
    if not study.centres:
        return None
    n = len(study.centres)
    return Answer(f"Cases of {count_text(n, 'centre')}.", None if n > 1 else 0.0)


def _left_out(study: Study) -> list[str]:
    return [
        f"{lower_first(str(row['reason']))} ({int(row['patients']):,})"
        for row in study.exclusions.to_dict("records")
    ]


def _eligibility(study: Study) -> Answer | None:
    reasons = _left_out(study)
    return Answer(f"Patients left out: {joined(reasons)}.") if reasons else None


def _flow(study: Study) -> Answer:
    count, reasons = study.count, _left_out(study)
    before = ""
    if reasons:
        whole = study.cohort.patients + int(study.exclusions["patients"].sum())
        before = f"Of {count_text(whole, 'patient')}, left out: {joined(reasons)}. "
    text = (
        f"{before}{count_text(study.cohort.patients, 'patient')} with "
        f"{count_text(study.cohort.cases, 'case')} remain"
    )
    if count.known or count.unknown:
        text += (
            f": {count.true:,} with the outcome, {count.false:,} without, "
            f"{count.unknown:,} not known"
        )
    return Answer(f"{text}.")


def _preparation(study: Study) -> Answer:
    if study.cohort.is_synthetic:
        return Answer("Simulated within the declared kind, bounds and levels of every column.")
    noted = (
        f"{count_text(study.set_aside, 'value')} did not fit and became unknown, each listed with "
        "row and rule"
        if study.set_aside
        else "no value had to be set aside"
    )
    return Answer(
        "Every value was checked at import against the declared kind, unit, bounds and levels of "
        f"its column; {noted}. Missing stays missing."
    )


def _outcome(study: Study) -> Answer | None:
    if study.count.name not in study.registry:
        return None
    column = study.registry[study.count.name]
    return Answer(
        f"{column.label}: {column.help or 'no definition is recorded.'} An outcome that was not "
        "assessed is unknown, never negative."
    )


def _candidates(study: Study) -> Answer:
    before = [lower_first(column.label) for column in study.registry.predictors()]
    refused = [lower_first(c.label) for c in study.registry.with_role(Role.POST_OUTCOME)]
    text = f"{count_text(len(before), 'column')} known before surgery: {named(before)}."
    if refused:
        text += f" Refused, as known only afterwards: {named(refused)}."
    return Answer(text)


def _sample_size(study: Study) -> Answer:
    count = study.count
    text = (
        f"{count_text(study.cohort.patients, 'patient')}, {count_text(study.cohort.cases, 'case')}"
    )
    if count.known:
        text += f", {count.known:,} with a known outcome, {count_text(count.true, 'event')}"
    words = [
        f"{name} {part.known:,} ({count_text(part.events, 'event')})"
        for name, part in study.parts.items()
    ]
    return Answer(f"{text}." + (f" By split: {named(words)}." if words else ""))


def _partition(study: Study) -> Answer | None:
    if not study.parts:
        return None
    words = [
        f"{name} {count_text(part.patients, 'patient')} "
        f"({percent(part.cases / max(study.cohort.cases, 1))} of cases)"
        for name, part in study.parts.items()
    ]
    return Answer(f"Splits recorded with the data: {named(words)}.")


def _disjoint(study: Study) -> Answer | None:
    if len(study.parts) < 2:
        return None
    if study.straddling:
        verb = "has" if study.straddling == 1 else "have"
        return Answer(
            f"Not disjoint: {count_text(study.straddling, 'patient')} {verb} cases in several "
            "splits.",
            0.0,
        )
    return Answer(f"By patient: no patient is in two of the {len(study.parts)} splits.")


def _prevalence(part: Part) -> str:
    return percent(part.events / part.known, part.known)


def _imbalance(study: Study) -> Answer | None:
    if not study.count.known:
        return None
    text = f"{percent(study.count.true / study.count.known, study.count.known)} have the outcome"
    words = [f"{name} {_prevalence(p)}" for name, p in study.parts.items() if p.known]
    return Answer(f"{text}." + (f" By split: {named(words)}." if len(words) > 1 else ""))


def _shift(study: Study) -> Answer | None:
    known = {name: part for name, part in study.parts.items() if part.known}
    if len(known) < 2:
        return None
    words = [f"{name} {part.known:,} cases, {_prevalence(part)}" for name, part in known.items()]
    return Answer(f"Size and share with the outcome: {named(words)}. Table 1 has every column.")


def _characteristics(study: Study) -> Answer | None:
    words = []
    for name, (mean, spread, unknown) in study.numbers.items():
        column = study.registry[name]
        words.append(
            f"{lower_first(column.label)} {number(mean, 1)} ± {number(spread, 1)} {column.unit} "
            f"({unknown:,} unknown)"
        )
    for name, levels in study.shares.items():
        whole = sum(levels.values())
        column = study.registry[name]
        shares = [f"{column.label_of(level)} {percent(n / whole)}" for level, n in levels.items()]
        words.append(f"{lower_first(column.label)}: {', '.join(shares)}")
    return Answer(f"{'; '.join(words)}. Table 1 has every column.") if words else None


def _images(study: Study) -> Answer | None:
    held = study.held
    if not held.images:
        return None
    views = f" ({named(list(held.views))})" if held.views else ""
    return Answer(
        f"{count_text(held.images, 'image')}{views} of {count_text(held.imaged_cases, 'case')}, "
        f"modality {named(list(held.modalities)) or 'not recorded'}; the size of a pixel is known "
        f"for {percent(held.with_spacing / held.images)}."
    )


def _modalities(study: Study) -> Answer | None:
    if len(study.held.modalities) != 1:
        return None
    return Answer(f"All images are of one modality: {study.held.modalities[0]}.")


def _segmentation(study: Study) -> Answer | None:
    if not study.held.masks:
        return None
    words = [f"{name} {n:,}" for name, n in study.held.masks.items()]
    return Answer(f"Outlines in the store: {named(words)}.")


def _readers(study: Study) -> Answer | None:
    held = study.held
    if not held.reads:
        return None
    return Answer(
        f"{count_text(held.reads, 'read')} of {count_text(held.readers, 'reader')}, "
        f"{held.aided:,} of them with the model's help; the Readers page gives agreement."
    )


def _deidentified(study: Study) -> Answer:
    if study.cohort.is_synthetic:
        return Answer("The patients are simulated; there is nothing to take away.")
    return Answer(
        "Names of cases and patients were replaced at import by keyed pseudonyms (HMAC-SHA256, the "
        "key outside the data); pictures are kept as plain pixels without headers."
    )
