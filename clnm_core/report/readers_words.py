"""Does the model beat, or help, the doctors, in one sentence? And when may they not be compared?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clnm_core.report.wording import (
    count_text,
    estimate_text,
    interval,
    joined,
    lower_first,
    number,
    p_text,
    percent,
    threshold_text,
    unit_of,
    upper_first,
    value_text,
)
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.multireader import ReaderAverage
from clnm_core.stats.readers import AIDED, UNAIDED, Contrast
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.reads import CaseSets

SIDE = {UNAIDED: "without aid", AIDED: "with aid"}
"""The two sides, as words after a verb."""

LABELS = {metric.name: metric.label for metric in METRICS}


def readers_answer(
    contrasts: Sequence[Contrast],
    means: Mapping[tuple[str, str], ReaderAverage],
    model: Mapping[str, Estimate],
    *,
    n: int,
    events: int,
    readers: int,
    outcome_label: str,
    threshold: float,
) -> str:
    """Whether the model beats the average reader, and whether it helps readers.

    Speaks of areas where readers gave probabilities, else of calls. Where an interval holds
    zero, it says how large the difference could still be.

    Parameters
    ----------
    contrasts : sequence of Contrast
        From :func:`~clnm_core.stats.readers.contrasts`.
    means : mapping of (merit, side) to ReaderAverage
        From :func:`~clnm_core.stats.readers.average_readers`.
    model : mapping of str to Estimate
        ``auc, sensitivity, specificity`` of the model on the same cases.
    n, events, readers : int
        Cases that all judged, those with the outcome, and readers.
    outcome_label : str
    threshold : float
        Of the model's calls.

    """
    shared = count_text(n, "case")
    if events in (0, n):
        which = f"None of the {shared}" if events == 0 else f"All of the {shared}"
        return (
            f"{which} that readers and model share {'has' if events == 0 else 'have'} "
            f"{lower_first(outcome_label)}: comparing them needs cases with and without it."
        )
    merits = (
        ("auc",) if any(c.merit == "auc" for c in contrasts) else ("sensitivity", "specificity")
    )
    parts = []
    for merit in merits:
        of = [c for c in contrasts if c.merit == merit]
        lead = next((c for c in of if c.first == "model"), None)
        if lead is not None:
            parts.append(_lead(lead, means[merit, lead.second], model[merit], readers, n))
        gain = next((c for c in of if c.first == AIDED), None)
        if gain is not None:
            parts.append(_gain(gain, means[merit, AIDED], n))
    at = "" if merits == ("auc",) else f", called at {threshold_text(threshold)}"
    opening = f"On the same {shared} ({events:,} with {lower_first(outcome_label)}{at}) "
    return opening + "; ".join(parts) + "."


def _lead(contrast: Contrast, mean: ReaderAverage, model: Estimate, readers: int, n: int) -> str:
    unit = unit_of(contrast.merit)
    who = f"{count_text(readers, 'reader')} average" if readers > 1 else "the one reader has"
    label = lower_first(LABELS[contrast.merit])
    words = f"the model's {label} is {value_text(model, unit, n=n)}, {who} "
    words += f"{value_text(mean.estimate, unit, n=n)} {SIDE[contrast.second]}"
    return f"{words}: {difference_text(contrast)}"


def _gain(contrast: Contrast, mean: ReaderAverage, n: int) -> str:
    unit = unit_of(contrast.merit)
    words = f"with aid they reach {value_text(mean.estimate, unit, n=n)}"
    return f"{words}: {difference_text(contrast)}"


def difference_text(contrast: Contrast) -> str:
    """A difference with interval, p, and whether it is shown; for these readers alone if one.

    Examples
    --------
    >>> mean = ReaderAverage(Estimate(0.1, 0.04, 0.16, 0.95, "Obuchowski-Rockette"), 0.002, 9.0, 5)
    >>> difference_text(Contrast("auc", "model", "unaided", mean, mean))
    'difference 0.10 (0.04–0.16, Obuchowski-Rockette, p 0.002)'

    """
    is_one = contrast.random.readers == 1
    found = contrast.fixed if is_one else contrast.random
    estimate = found.estimate
    if not estimate.is_estimable:
        return f"the difference is {estimate.method}"
    if estimate.low != estimate.low:
        return f"difference {number(estimate.value)}, {estimate.method}"
    inside = f"{interval(estimate.low, estimate.high)}, Obuchowski-Rockette, {p_text(found.p)}"
    if is_one:
        inside += ", for this reader only"
    words = f"difference {number(estimate.value)} ({inside})"
    if estimate.excludes(0):
        return words
    reach = max(abs(estimate.low), abs(estimate.high))
    return f"{words}, so none is shown, though one of {number(reach)} is not ruled out"


def refusal(sets: CaseSets, *, model: str, where: str = "") -> str:
    """Why readers and model must not be compared as they stand; empty where they may.

    Parameters
    ----------
    sets : CaseSets
    model : str
        What a reader sees for the model.
    where : str
        The split of the model's predictions, as an adjective; may be empty.

    """
    if sets.is_same:
        return ""
    if sets.read == 0:
        if sets.unknown:
            return (
                f"The outcome is not known for any of the {count_text(sets.unknown, 'case')} that "
                "readers judged here, so nobody can be scored. Choose another outcome, or take a "
                "filter away."
            )
        return (
            f"Readers judged {count_text(sets.ever_read, 'case')} of this cohort, and the filters "
            "leave none of them. Take a filter away."
        )
    reasons = [*_reader_reasons(sets), *_model_reasons(sets, model, where)]
    return (
        f"Readers and model are not compared: {'; '.join(reasons)}. Figures of different cases "
        "differ because the cases do."
    )


def _reader_reasons(sets: CaseSets) -> list[str]:
    reasons = []
    expected = {(reader, side) for reader in sets.readers for side in sets.sides}
    left_out = sorted({one.reader for one in sets.sets} - set(sets.readers))
    if left_out:
        verb = "has" if len(left_out) == 1 else "have"
        reasons.append(
            f"{count_text(len(left_out), 'reader')} ({_few(left_out)}) {verb} not read on the "
            f"same sides as the others"
        )
    elif {(one.reader, one.side) for one in sets.sets} != expected:
        other = [SIDE[side] for side in SIDE if side not in sets.sides]
        reasons.append(f"the reads {joined(other)} are by other readers")
    counts = {one.n for one in sets.sets if (one.reader, one.side) in expected}
    read_by_all = min(counts, default=0)
    if len(counts) > 1 or read_by_all < sets.read:
        reasons.append(
            f"the readers have not read the same cases (from {read_by_all:,} to "
            f"{max(counts, default=0):,} each, {sets.read:,} together), so their average would "
            "mix easy and hard cases"
        )
    return reasons


def _model_reasons(sets: CaseSets, model: str, where: str) -> list[str]:
    if sets.read_and_judged == sets.read:
        return []
    of = f" in its {where} predictions" if where else ""
    judged = "none" if sets.read_and_judged == 0 else f"only {sets.read_and_judged:,}"
    return [
        f"readers judged {count_text(sets.read, 'case')} and the model “{model}” gave a risk to {judged} of "
        f"them{of}"
    ]


def way_on(sets: CaseSets) -> str:
    """What of it can be compared all the same.

    Examples
    --------
    >>> way_on(CaseSets(9, 9, 0, 20, 4, 0, ("a",), ("unaided",), (), 0, 0))
    'No case was judged by all of them and by the model. Choose another model, split or filter.'

    """
    if sets.shared == 0:
        return (
            "No case was judged by all of them and by the model. Choose another model, split or "
            "filter."
        )
    who = f"{count_text(len(sets.readers), 'reader')} {' and '.join(SIDE[s] for s in sets.sides)}"
    return f"{count_text(sets.shared, 'case')} can be compared: judged by {who}, and by the model."


def sets_note(sets: CaseSets, *, outcomes: int, outcome_label: str) -> str:
    """Which cases the figures are of, and which they must not be set against."""
    parts = []
    if sets.judged > sets.shared:
        parts.append(
            f"The model judged {count_text(sets.judged, 'case')} with a known outcome; what it "
            f"reaches on all of them must not be set against readers of {sets.shared:,}."
        )
    left = sets.read - sets.shared
    if left:
        parts.append(
            f"{count_text(left, 'case')} that some readers judged and others or the model did "
            f"not {'is' if left == 1 else 'are'} left out."
        )
    elsewhere = sets.ever_read - sets.read - sets.unknown
    if elsewhere:
        parts.append(f"The filters leave out {count_text(elsewhere, 'case')} that readers judged.")
    if sets.unknown:
        parts.append(
            f"{count_text(sets.unknown, 'case')} with unknown outcome "
            f"{'is' if sets.unknown == 1 else 'are'} left out."
        )
    if sets.repeated:
        parts.append(f"{count_text(sets.repeated, 'repeated read')} were averaged.")
    if sets.sideless:
        parts.append(
            f"{count_text(sets.sideless, 'read')} do not say whether they were aided and are left out."
        )
    unsaid = ["which model aided them"] if AIDED in sets.sides else []
    if outcomes > 1:
        unsaid.append(f"which outcome was asked for (here, {lower_first(outcome_label)})")
    if unsaid:
        parts.append(f"The reads do not say {joined(unsaid)}.")
    return " ".join(parts)


def agreement_text(
    kappas: Mapping[str, Estimate], unanimous: Mapping[str, Estimate], n: int
) -> str:
    """How far readers agree with each other, by side.

    Examples
    --------
    >>> kappa, share = Estimate(0.41, 0.36, 0.46, 0.95, ""), Estimate(0.22, 0.17, 0.28, 0.95, "")
    >>> agreement_text({"unaided": kappa}, {"unaided": share}, 200)
    "Without aid Fleiss' kappa is 0.41 (0.36–0.46) and all give the same call to 22 %."

    """
    parts = []
    for side, kappa in kappas.items():
        words = f"{SIDE[side]} Fleiss' kappa is {estimate_text(kappa)}"
        parts.append(f"{words} and all give the same call to {percent(unanimous[side].value, n)}")
    return f"{upper_first('; '.join(parts))}."


def readers_methods(*, threshold: float, is_clustered: bool, level: float = 0.95) -> str:
    """How the Readers page was made.

    Parameters
    ----------
    threshold : float
        The model calls a case positive when its risk is at or above it.
    is_clustered : bool
        Whether any patient has several cases.
    level : float
        Confidence of the intervals, between 0 and 1.

    """
    covariance = "Obuchowski 1997, clustered by patient" if is_clustered else "DeLong 1988"
    rates = "Korn 1998's effective number of cases" if is_clustered else "Wilson 1927"
    return (
        "Model and readers on the same cases; differences from the average reader: "
        "Obuchowski 1995 with Hillis 2007's degrees of freedom, readers and cases random (fixed "
        "readers beside it), never narrower than for these readers alone; average readers on "
        f"the log-odds scale; covariances over cases: {covariance}; single readers: AUC "
        f"{covariance} (in log-odds in small classes), sensitivity and specificity {rates}; agreement: Fleiss 1971 with Gwet "
        f"2008's interval, Cohen 1960 in pairs; {percent(level)} intervals, not corrected for the "
        f"number of comparisons; the model calls a case positive from {threshold_text(threshold)}, "
        "a reader as recorded (from 0.50 where only a probability is)."
    )


def _few(names: Sequence[str], most: int = 4) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
