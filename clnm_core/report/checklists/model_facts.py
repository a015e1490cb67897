"""What does the store know about a model and about what it gave?"""

from __future__ import annotations

from collections.abc import Callable

from clnm_core.report.checklists.answer import Answer
from clnm_core.report.checklists.cohort_facts import named
from clnm_core.report.checklists.judged_words import (
    CALIBRATION,
    NOT_RESAMPLED,
    RESAMPLED,
    UNCERTAINTY,
    UTILITY,
    calibrated,
    diagnostic,
    discriminated,
    failed,
    grouped,
)
from clnm_core.report.checklists.study import HONEST, JudgedPart, Study, threshold_of
from clnm_core.report.wording import (
    count_text,
    joined,
    lower_first,
    number,
    percent,
    threshold_text,
)
from clnm_core.store.records import ModelRecord

TITLES = {
    "clinical": "Logistic regression on recorded variables with a fixed ridge penalty (C = 1 on "
    "standardised terms)",
    "imported": "Made elsewhere; only its risks were imported",
    "simulated": "Simulated risks of a synthetic cohort; no model was trained",
}


def model_facts(study: Study) -> dict[str, Answer]:
    """Answers about the chosen model; empty where none is chosen."""
    model = study.model
    if model is None:
        return {}
    found = {
        "predictors": _predictors(study, model),
        "missing": _missing(study, model),
        "handling": _handling(model),
        "model_type": _model_type(model),
        "training": _training(model),
        "computed": _computed(model),
        "output": _output(model),
        "specification": _specification(model),
        "new_patients": _new_patients(model),
        "events_per_variable": _events_per_variable(study, model),
        "clinical_rival": _rival(study, "Compared on the same cohort with"),
        "simple_rival": _rival(study, "A logistic baseline of the same cohort is there:"),
        "non_radiomic": _non_radiomic(study, model),
        "cut_off": _cut_off(model),
        "internal": _tested(study, ("test", "validation", "cross-validated"), "Held-out cases"),
        "external": _tested(study, ("external",), "Cases of another source"),
        "validation": _validation(study),
    }
    return {name: answer for name, answer in found.items() if answer is not None} | _given(study)


def _given(study: Study) -> dict[str, Answer]:
    """What the risks in the store gave, split by split."""
    judged = {split: part for split, part in study.judged.items() if part.n}
    if not judged:
        return {}
    best = next(iter(judged.values()))
    found = {
        "measures": Answer(
            "Discrimination (AUC), calibration (intercept, slope, observed over expected, curve), "
            "measures at a threshold, net benefit; each with interval and method."
        ),
        "uncertainty": Answer(UNCERTAINTY),
        "utility": Answer(UTILITY),
        "performance": _each(judged, lambda part: discriminated(part.metrics)),
        "calibration": _each(judged, lambda part: calibrated(part.metrics)),
        "diagnostic": _each(judged, lambda part: diagnostic(part.calls)),
        "failures": _each(judged, lambda part: failed(part.calls)),
        "by_centre": _grouped(study, best, ("centre",)),
        "subgroups": _grouped(study, best, tuple(best.groups)),
    }
    is_resampled = study.model is not None and study.model.system == "clinical"
    points, words = (None, RESAMPLED) if is_resampled else (1.0, NOT_RESAMPLED)
    for name, scored in (
        ("performance", "discrimination"),
        ("calibration", "calibration_resampled"),
    ):
        answer = found[name]
        if answer is not None:
            found[scored] = Answer(f"{answer.text} {words}", points)
    if found["calibration"] is not None:
        found["calibration"] = Answer(f"{found['calibration'].text} {CALIBRATION}")
    return {name: answer for name, answer in found.items() if answer is not None}


def _each(judged: dict[str, JudgedPart], say: Callable[[JudgedPart], str]) -> Answer | None:
    words = {split: say(part) for split, part in judged.items()}
    said = [
        f"{split} ({judged[split].n:,} cases, {count_text(judged[split].events, 'event')}): {text}"
        for split, text in words.items()
        if text
    ]
    return Answer(f"{'; '.join(said)}.") if said else None


def _grouped(study: Study, part: JudgedPart, columns: tuple[str, ...]) -> Answer | None:
    words = [
        grouped(lower_first(study.registry[name].label), part.groups[name])
        for name in columns
        if name in part.groups
    ]
    split = next(iter(study.judged))
    return Answer(f"{split}: {'; '.join(words)}.") if words else None


def _inputs(study: Study, model: ModelRecord) -> list[str]:
    """Labels of what the model takes in, as far as its manifest says."""
    inputs = model.manifest.get("inputs") or []
    words = []
    for given in inputs:
        name = given.get("name", "") if isinstance(given, dict) else str(given)
        words.append(study.registry[name].label if name in study.registry else name)
    return [lower_first(word) for word in words if word]


def _predictors(study: Study, model: ModelRecord) -> Answer | None:
    words = _inputs(study, model)
    if not words:
        return None
    return Answer(
        f"{count_text(len(words), 'input')}: {', '.join(words)}. The data dictionary on the Methods "
        "page has the definition, unit and levels of every column."
    )


def _missing(study: Study, model: ModelRecord) -> Answer | None:
    gaps = {name: share for name, share in study.missing.items() if share}
    if not study.missing:
        return None
    worst = sorted(gaps, key=lambda name: -gaps[name])
    has = "has" if len(gaps) == 1 else "have"
    text = f"{len(gaps)} of {count_text(len(study.missing), 'predictor')} {has} missing values"
    if worst:
        words = [f"{lower_first(study.registry[n].label)} {percent(gaps[n])}" for n in worst[:3]]
        text += f", most in {joined(words)}"
    unknown = study.count.unknown
    text += (
        f". {count_text(unknown, 'case')} with an unknown outcome {'is' if unknown == 1 else 'are'} "
        "left out of every figure that needs it."
        if unknown
        else ". The outcome of every case is known."
    )
    if model.system == "clinical":
        text += (
            " In the model unknown is a level or a term of its own where training had gaps, else it "
            "counts as the training average."
        )
    return Answer(text)


def _handling(model: ModelRecord) -> Answer | None:
    if model.system != "clinical":
        return None
    return Answer(
        "Numbers enter as straight lines, standardised by mean and spread of the training cases; "
        "categories by one term per level but the first, and one for unknown where training had gaps."
    )


def _model_type(model: ModelRecord) -> Answer | None:
    if model.system == "imported":
        return None
    text = TITLES.get(model.system, model.system)
    terms = model.manifest.get("terms")
    if isinstance(terms, list):
        text += f", {count_text(len(terms), 'term')}"
    if model.system == "clinical":
        text += "; five folds of patients for the risks of training cases. Nothing was tuned"
    return Answer(f"{text}.")


def _training(model: ModelRecord) -> Answer | None:
    learned = model.manifest.get("training_cases")
    if not isinstance(learned, int):
        return None
    text = f"Learned from {count_text(learned, 'case')}"
    if "seed" in model.manifest:
        text += f", seed {model.manifest['seed']}"
    libraries = model.manifest.get("libraries")
    if isinstance(libraries, dict):
        text += "; " + ", ".join(f"{name} {number}" for name, number in sorted(libraries.items()))
    return Answer(f"{text}.")


def _computed(model: ModelRecord) -> Answer:
    digest = str(model.manifest.get("digest", ""))
    if digest:
        return Answer(f"By the stored model itself (digest {digest[:12]}), for every case alike.")
    return Answer(
        "Risks are in the store as a table"
        + (", simulated from the known truth." if model.system == "simulated" else ", as imported.")
    )


def _output(model: ModelRecord) -> Answer:
    cut = threshold_of(model)
    text = "A probability from 0 to 1 for every case"
    if cut is None:
        return Answer(f"{text}; no threshold is recorded with the model.")
    source = model.manifest.get("threshold_from")
    chosen = f", chosen on the {source} cases by Youden's index" if source else ""
    return Answer(f"{text}; positive from {threshold_text(round(cut, 3))} on{chosen}.")


def _cut_off(model: ModelRecord) -> Answer | None:
    source = model.manifest.get("threshold_from")
    if threshold_of(model) is None or not source:
        return None
    return Answer(
        f"Risks stay continuous; the threshold was fixed on the {source} cases and carried to the "
        "others."
    )


def _specification(model: ModelRecord) -> Answer | None:
    digest = str(model.manifest.get("digest", ""))
    if not digest:
        return None
    return Answer(
        f"Coefficients, scaling and levels are kept with the model, version {model.version}, "
        f"SHA-256 {digest}."
    )


def _new_patients(model: ModelRecord) -> Answer | None:
    if model.system != "clinical":
        return None
    return Answer(
        "A missing value counts as unknown, or as the training average where training had no gap; "
        "the Predict page says which values were missing and which lie outside the training range."
    )


def _events_per_variable(study: Study, model: ModelRecord) -> Answer | None:
    terms, learned = model.manifest.get("terms"), model.manifest.get("training_cases")
    train = study.parts.get("train")
    if not isinstance(terms, list) or not terms or not isinstance(learned, int) or not train:
        return None
    fewer = min(train.events, train.known - train.events)
    ratio = fewer / len(terms)
    return Answer(
        f"{count_text(len(terms), 'term')} for {fewer:,} cases of the rarer kind in training: "
        f"{number(ratio, 1)} each.",
        None if ratio >= 10 else 0.0,
    )


def _rival(study: Study, words: str) -> Answer | None:
    rivals = [other.name for other in study.rivals if other.system == "clinical"]
    return Answer(f"{words} {joined(rivals)}.") if rivals else None


def _non_radiomic(study: Study, model: ModelRecord) -> Answer | None:
    words = _inputs(study, model)
    recorded = {lower_first(column.label) for column in study.registry.predictors()}
    used = [word for word in words if word in recorded]
    return Answer(f"Recorded variables in the model: {named(used)}.") if used else None


def _tested(study: Study, splits: tuple[str, ...], words: str) -> Answer | None:
    found = [
        f"{name} {study.judged[name].n:,} ({discriminated(study.judged[name].metrics)})"
        for name in splits
        if name in study.judged
    ]
    return Answer(f"{words}: {'; '.join(found)}.") if found else None


def _validation(study: Study) -> Answer | None:
    if not study.judged:
        return None
    external = study.judged.get("external")
    if external is not None:
        centres = max(external.centres, 1)
        points = {1: 3.0, 2: 4.0}.get(centres, 5.0)
        return Answer(
            f"{external.n:,} external cases of {count_text(centres, 'other centre')}.", points
        )
    inside = next((name for name in HONEST if name in study.judged), "")
    if inside:
        return Answer(f"Same source only: {inside}, {study.judged[inside].n:,} cases.", 2.0)
    return Answer("No case outside training has a risk.", -5.0)
