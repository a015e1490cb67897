"""What does a link ask for, and what of it can this store not do?

A link may use the stored words (``cohort=demo-ptc-us&margin=ill_defined``, as
:meth:`~clnm_core.domain.cohort.CohortQuery.to_params` writes them) or the words that the
widgets show (``margin=ill-defined``, as the address bar writes them). Both are read; what
does not fit is left out and said in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from clnm_core.domain.cohort import UNKNOWN, CohortQuery
from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.errors import LinkError

Params = dict[str, list[str]]

BAR_KEYS = ("cohort", "outcome", "split", "filters")
"""Parameters of the cohort bar that are no columns."""

PAGE_KEYS = {
    "model": "Which model is judged",
    "models": "Which models are compared",
    "against": "Model that the others are compared with",
    "cuts": "Groups of risk between which cases are moved",
    "evaluated": "Which split of the model's predictions is judged",
    "threshold": "Risk from which a case counts as positive",
    "by": "Column by which a table or chart is divided",
    "by_too": "Second column by which groups are made",
    "metric": "Measure that is compared between groups",
    "groups": "Whether two columns make groups each, or by their combinations",
    "gap_margin": "Difference between groups, in AUC or a rate, that does not matter",
    "fewest": "Cases that a group needs to be scored",
    "shown": "Columns that are drawn",
    "page": "Page of the list of cases",
    "order": "Column by which the list of cases is sorted",
    "descending": "Whether the list of cases runs from high to low",
    "common": "Whether readers and model are compared on the cases that all of them judged",
    "paper": "Published table that the form begins with",
    "cut": "Whether printed digits may have been cut off instead of rounded",
    "said_n": "Cases as a paper prints it",
    "said_events": "Cases with the outcome as a paper prints it",
    "said_prevalence": "Prevalence as a paper prints it",
    "said_sensitivity": "Sensitivity as a paper prints it",
    "said_specificity": "Specificity as a paper prints it",
    "said_accuracy": "Accuracy as a paper prints it",
    "said_ppv": "PPV as a paper prints it",
    "said_npv": "NPV as a paper prints it",
    "said_f1": "F1 as a paper prints it",
    "said_auc": "AUC as a paper prints it",
    "case": "Pseudonymous number of one case",
    "case_level": "How often the outcomes that fit one case promise to hold the truth",
    "adjusted": "Columns for which the distance curve is adjusted",
    "code": "Code of a check that is explained",
    "part": "Split or centre that is held against all other cases",
    "checklist": "Reporting checklist that is filled in",
    "kind": "Kind of error by which groups are searched",
    "smallest": "Cases that a group needs to be searched",
    "set_level": "How often prediction sets promise to hold the truth",
    "error": "Whether missed cases or false alarms are listed",
    "view": "Which part of the Performance page is open",
    "part_of": "Rate of which a part of the ROC curve is judged",
    "part_from": "Where that part begins",
    "recalibrate": "How risks are put right",
    "fitted_on": "Split on which the correction is fitted",
    "rule": "How a threshold is chosen",
    "target": "Rate that a chosen threshold reaches",
    "ratio": "False alarms that weigh as much as one missed case",
    "chosen_on": "Split on which the threshold is chosen",
    "prevalence": "Share with the outcome for which predictive values are given",
    "feature_set": "Which set of features is looked at",
    "look": "Which part of the Features page is open",
    "feature": "Feature whose spread is drawn",
    "correlated": "How many features are compared with each other",
    "map_by": "Column that colours the map of cases",
    "map_method": "How the map of cases is laid out",
    "system": "Which published system is looked at",
    "tried": "Which of the learners or networks that were tried are drawn",
    "version": "Version of a model whose card is shown",
    "version_against": "Version that it is compared with",
    "effect_of": "Variable whose effects are drawn against its values",
    "risk_map_view": "View on which the risk map is drawn",
}
"""Parameters of single pages, and what they mean. Public: renaming one breaks links."""


class Catalogue(Protocol):
    """What a store offers, as far as a link can ask for it."""

    def cohorts(self) -> Mapping[str, str]:
        """Name and title of each cohort, in order."""

    def registry(self, cohort: str) -> Registry:
        """The columns of a cohort."""

    def outcomes(self, cohort: str) -> Sequence[str]:
        """The outcomes of a cohort."""

    def splits(self, cohort: str) -> Sequence[str]:
        """The splits of a cohort."""

    def values(self, cohort: str, column: str) -> Sequence[str]:
        """The stored words that the widget of a category or flag offers."""

    def number_range(self, cohort: str, column: str) -> tuple[float, float]:
        """Smallest and largest value that the widget of a column offers; NaN for none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A link in the words of the widgets, and what of it could not be used."""

    params: Params
    problems: tuple[str, ...]


def param_of(column: str) -> str:
    """The parameter, and widget key, of a column: its name, unless that is taken."""
    return f"{column}_column" if column in BAR_KEYS or column in PAGE_KEYS else column


def filter_columns(registry: Registry, outcome: str) -> tuple[Column, ...]:
    """The columns that may be added as filters; split and the judged outcome are not."""
    return tuple(
        column for column in registry.filterable() if column.name not in ("split", outcome)
    )


def labels_of(names: Mapping[str, str]) -> dict[str, str]:
    """What a widget shows for each name; a label that is there twice gets its name behind it.

    Examples
    --------
    >>> labels_of({"a": "Age", "b": "Size", "c": "Age"})
    {'a': 'Age (a)', 'b': 'Size', 'c': 'Age (c)'}

    """
    shown = list(names.values())
    return {
        name: label if shown.count(label) == 1 else f"{label} ({name})"
        for name, label in names.items()
    }


def level_labels(column: Column, values: Sequence[str]) -> dict[str, str]:
    """What the widget of a category or flag shows for each stored word."""
    return labels_of(
        {
            value: value if column.kind is Kind.FLAG or value == UNKNOWN else column.label_of(value)
            for value in values
        }
    )


def read(params: Mapping[str, Sequence[str]], store: Catalogue) -> Reading:
    """Put a link into the words of the widgets; leave out what the store does not have."""
    cohorts = labels_of(store.cohorts())
    asked = _first(params, "cohort")
    cohort = _named(asked, cohorts) if asked else next(iter(cohorts))
    others = {key: list(values) for key, values in params.items() if key in PAGE_KEYS}
    if cohort is None:
        problem = (
            f"The link asks for the cohort “{_short(asked)}”, which this store does not have. "
            f"Shown is {cohorts[next(iter(cohorts))]} without filters."
        )
        return Reading({}, (problem,))
    registry = store.registry(cohort)
    kept: Params = {"cohort": [cohorts[cohort]]} if asked else {}
    problems: list[str] = []
    outcomes = labels_of({name: registry[name].label for name in store.outcomes(cohort)})
    outcome = _choice(params, "outcome", outcomes, kept, problems)
    splits = level_labels(registry["split"], store.splits(cohort)) if "split" in registry else {}
    _choice(params, "split", splits, kept, problems)
    judged = outcome or next(iter(outcomes), "")
    for name in _filters(params, registry, judged, problems):
        column = registry[name]
        try:
            words = _words(column, params.get(param_of(name), ()), store, cohort)
        except LinkError as error:
            problems.append(f"{error} It was left out.")
            continue
        kept.setdefault("filters", []).append(name)
        if words:
            kept[param_of(name)] = words
    if "filters" in kept:
        titles = filter_labels(registry, judged)
        kept["filters"] = [titles[name] for name in kept["filters"]]
    return Reading(kept | others, tuple(problems))


def filter_labels(registry: Registry, outcome: str) -> dict[str, str]:
    """What the list of filters shows for each column."""
    return labels_of({c.name: c.label for c in filter_columns(registry, outcome)})


def _choice(
    params: Mapping[str, Sequence[str]],
    key: str,
    labels: Mapping[str, str],
    kept: Params,
    problems: list[str],
) -> str:
    """The name of a single choice; noted in ``kept``, or said in ``problems``."""
    asked = _first(params, key)
    if not asked:
        return ""
    name = _named(asked, labels)
    if name is None:
        problems.append(
            f"The link asks for the {key} “{_short(asked)}”, which this cohort does not have. "
            "It was left out."
        )
        return ""
    kept[key] = [labels[name]]
    return name


def _filters(
    params: Mapping[str, Sequence[str]], registry: Registry, outcome: str, problems: list[str]
) -> list[str]:
    """The columns that the link filters by: those it lists, then those it gives values for."""
    labels = filter_labels(registry, outcome)
    names = []
    for asked in params.get("filters", ()):
        name = _named(asked, labels)
        if name is None:
            problems.append(
                f"The link filters by “{_short(asked)}”, which this cohort does not have. "
                "It was left out."
            )
        else:
            names.append(name)
    names += [name for name in labels if param_of(name) in params]
    return list(dict.fromkeys(names))


def _words(column: Column, values: Sequence[str], store: Catalogue, cohort: str) -> list[str]:
    """The values of one filter in the words of its widget; empty for a filter not yet set."""
    if not any(values):
        return []
    if column.kind is not Kind.NUMBER:
        labels = level_labels(column, store.values(cohort, column.name))
        names = {value: _named(value, labels) for value in values}
        unfit = next((value for value, name in names.items() if name is None), None)
        if unfit is not None:
            raise LinkError(
                f"The link's filter on {column.label.lower()} names “{_short(unfit)}”, which "
                "this cohort does not have."
            )
        return [labels[name] for name in dict.fromkeys(names.values()) if name is not None]
    query = _checked(column, values, cohort)
    low, high = query.to_params()[column.name]
    least, most = store.number_range(cohort, column.name)
    start, end = max(float(low), least), min(float(high), most)
    if not start <= end:
        unit = f" {column.unit}" if column.unit else ""
        raise LinkError(
            f"The link's filter on {column.label.lower()} lies outside what this cohort has, "
            f"{least:g}–{most:g}{unit}."
        )
    return [repr(start), repr(end)]


def _checked(column: Column, values: Sequence[str], cohort: str) -> CohortQuery:
    """The query of one filter, by the rules of the domain; raises LinkError."""
    params = {"cohort": [cohort], "outcome": ["-"], "filters": [column.name]}
    return CohortQuery.from_params(params | {column.name: list(values)}, Registry([column]))


def _named(asked: str, labels: Mapping[str, str]) -> str | None:
    """The name behind a word of a link: the name itself, or its label."""
    if asked in labels:
        return asked
    return next((name for name, label in labels.items() if label == asked), None)


def _first(params: Mapping[str, Sequence[str]], key: str) -> str:
    values = params.get(key, ())
    return values[0] if len(values) > 0 else ""


def _short(word: str, most: int = 60) -> str:
    return word if len(word) <= most else f"{word[:most]}…"


def is_canonical(reading: Reading, params: Mapping[str, Sequence[str]]) -> bool:
    """Whether the link already says everything in the words of the widgets."""
    return reading.params == {key: list(values) for key, values in params.items()}
