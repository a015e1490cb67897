"""What must a reader of a model card not believe, and what was never tested?

Each sentence follows from a fact of the card; a fact that is not there makes none.
"""

from __future__ import annotations

from collections.abc import Iterator

from clnm_core.report.model_card_training import is_pretrained, weights
from clnm_core.report.model_card_words import MADE_ELSEWHERE, NOT_RECORDED
from clnm_core.report.wording import count_text, joined, lower_first
from clnm_core.stats.group_result import FEW_EVENTS, FEWEST
from clnm_core.systems.card import TAUGHT, Card
from clnm_core.systems.card_results import GROUPS, threshold_of

ENOUGH = 100
"""Events, and cases without, below which external validation says little (Collins 2016,
doi:10.1002/sim.6787)."""

_COLUMNS = {
    "sex": "sex",
    "age_years": "age",
    "lobe": "lobe",
    "third": "third of the gland",
    "capsule_distance_mm": "capsule distance",
    "centre": "centre",
}


def limits(card: Card) -> tuple[str, ...]:
    """Sentences, the weightiest first."""
    return (
        *_of_the_model(card),
        *_of_the_cases(card),
        *_of_the_groups(card),
        *_of_the_training(card),
        *_never_tested(card),
    )


def _of_the_model(card: Card) -> Iterator[str]:
    retired = card.publication.retired_at
    if retired:
        yield f"This version was retired on {retired[:10]}: {card.publication.retired_why}"
    if card.study.is_synthetic:
        yield ("The patients are simulated: nothing here says how the model does with real ones.")
    if card.system == "simulated":
        yield "It is no trained model: its risks were simulated, so it cannot judge a new case."
    elif card.system in MADE_ELSEWHERE:
        yield (
            "It was made elsewhere: what it reads, whom it learned from and how its threshold was "
            "chosen are not in the store, so a leak between training and these cases cannot be "
            "ruled out."
        )
    elif card.part_of:
        yield (
            f"It was tried in the training of {card.part_of}; only its risks were kept, so it "
            "cannot judge a new case."
        )


def _of_the_cases(card: Card) -> Iterator[str]:
    known = card.judged
    if known is None:
        yield "No case outside training has a risk and a known outcome: it was never tested."
        return
    taught = {centre for one in card.results if one.split in TAUGHT for centre in one.centres}
    if not known.centres:
        yield "No data from elsewhere: the cohort does not say which centre a case is from."
    elif known.split == "cross-validated" or set(known.centres) <= taught:
        yield (
            "No data from elsewhere: the cases that it is judged on come from the centres that it "
            "learned from."
        )
    elif card.study.is_synthetic:
        yield "The other centres are simulated too: no data from a real hospital elsewhere."
    fewer = min(known.events, known.cases - known.events)
    if fewer < ENOUGH:
        yield (
            f"The {known.split} cases are few: {known.events:,} with the outcome and "
            f"{known.cases - known.events:,} without; {ENOUGH} of each are asked for."
        )
    if known.unknown:
        have = "case has" if known.unknown == 1 else "cases have"
        yield (
            f"{known.unknown:,} {known.split} {have} an unknown outcome and count nowhere; if "
            "they differ from the others, so will the figures."
        )
    if threshold_of(card.manifest) is None:
        yield "No threshold is recorded with it, so no measure that needs one is given."
    if not card.is_true_risk_known and card.study.is_synthetic:
        yield (
            "The best possible AUC for this outcome is not known: the cohort holds the true risk "
            "of another outcome, or none."
        )


def _of_the_groups(card: Card) -> Iterator[str]:
    few = [one for one in card.groups if not one.is_scored]
    if few:
        words = [f"{_column(card, one.column)} {one.level} ({one.n:,})" for one in few[:6]]
        more = f" and {len(few) - 6:,} more" if len(few) > 6 else ""
        yield (
            f"For {count_text(len(few), 'group')} there are fewer than {FEWEST} cases, too few to "
            f"say anything: {', '.join(words)}{more}."
        )
    thin = [one for one in card.groups if FEW_EVENTS in one.flags]
    if thin:
        yield (
            f"In {count_text(len(thin), 'further group')} fewer than {FEWEST} cases have the "
            "outcome, or have it not: their figures are little more than a guess."
        )
    there = {one.column for one in card.groups}
    lacking = [_COLUMNS[name] for name in GROUPS if name not in there]
    if lacking:
        yield (
            f"Not looked at by {joined(lacking)}: not recorded, or the same in all the cases that "
            "it is judged on."
        )
    yield "Ethnicity, income and insurance are not in the store: fairness by them was not tested."


def _of_the_training(card: Card) -> Iterator[str]:
    if card.system in MADE_ELSEWHERE:
        return
    if is_pretrained(card) is False and card.system != "clinical":
        yield f"It began without pretrained weights ({weights(card)})."
    elif weights(card) == NOT_RECORDED:
        yield "Whether it began with pretrained weights is not recorded."
    device = str(card.manifest.get("device") or "")
    if device.lower().startswith("cpu"):
        yield "It was trained on a CPU; training on a GPU was not tested."
    if not card.manifest.get("centres_left_out") and len(card.study.centres) > 1:
        yield (
            f"The cohort has {len(card.study.centres)} centres, but it was not trained without "
            "each of them in turn."
        )


def _never_tested(card: Card) -> Iterator[str]:
    study, outcome = card.study, lower_first(card.outcome_label)
    if not study.readers:
        yield "No readers: whether it beats or helps doctors was not tested."
    elif not study.aided:
        yield (
            f"{count_text(study.readers, 'reader')} judged cases of the cohort without it; whether "
            "it helps them was not tested."
        )
    yield "Drift was not tested: the store holds no dates, so all cases count as of one time."
    yield (
        f"No decision was ever taken with it: whether patients with {outcome} fare better was not "
        "tested."
    )


def _column(card: Card, name: str) -> str:
    return lower_first(card.group_labels.get(name, name))
