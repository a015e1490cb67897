"""How do several models get onto a page, side by side on the same cases?"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.report import wording
from clnm_core.report.compare_words import (
    NRI_CAUTION,
    compare_answer,
    compare_methods,
    coverage_words,
    few_words,
    learned_words,
    points_text,
    winner_answer,
)
from clnm_core.stats.subgroups import MARGINS
from clnm_core.ui import cached, compare_facts, compare_tables, panels, tables
from clnm_core.ui.charts.benefit_difference import benefit_difference_figure
from clnm_core.ui.charts.gaps import gap_figure
from clnm_core.ui.charts.model_forest import model_forest_figure
from clnm_core.ui.charts.paired_roc import paired_roc_figure, shortened
from clnm_core.ui.charts.reclassification import reclassification_figure
from clnm_core.ui.compare_facts import Contrast, Separation
from clnm_core.ui.compare_pick import Picked
from clnm_core.ui.judged import SEED
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.words import plain

_IN_WORDS = ("Measure", "Method", "Model", "Higher", "Lower", "Verdict")
"""Columns of tables that hold words."""


def draw(picked: Picked) -> None:
    """Draw answer, strip, charts and tables of the chosen models."""
    query, names = picked.query, picked.names
    found = cached.computed(compare_facts.separation, query, names)
    rival = found.rival_of(picked.against)
    contrast = cached.computed(
        compare_facts.contrast,
        query,
        names,
        rival,
        picked.against,
        picked.threshold,
        picked.cuts,
    )
    _answer(found, contrast, picked)
    _strip(found, contrast, picked)
    with st.grid(2, min_column_width=NARROW):
        _roc(found, picked)
        _forest(found, picked)
        _benefit(rival, picked)
        _moved(contrast, rival, picked)
    _contrast_table(found, contrast, picked)
    if len(names) > 2:
        _against_all(picked)
    _pairs(found, picked)
    panels.methods_line(_methods(found, picked))


def _answer(found: Separation, contrast: Contrast, picked: Picked) -> None:
    """The sentence, on which cases, and a caution where models may have learned from them."""
    first = compare_answer(contrast.area, picked.quoted, n=found.n, margin=MARGINS["auc"])
    panels.answer(f"{first} {winner_answer(found.winner, picked.quoted)}".strip())
    where = coverage_words(found.coverage, picked.quoted, n=found.n, unknown=found.unknown)
    st.caption(plain(f"{where} {few_words(found.events, found.n)}".strip()))
    caution = learned_words(picked.query.split)
    if caution:
        st.warning(caution, icon=":material/school:")


def _strip(found: Separation, contrast: Contrast, picked: Picked) -> None:
    labels, area = picked.labels, contrast.area
    best = found.areas.best or picked.names[0]
    difference = panels.estimate("AUC difference", area.estimate)
    if area.p == area.p:
        difference = panels.Figure(
            difference.label,
            difference.value,
            f"{difference.under} · {wording.p_text(area.p)}",
            f"{labels[area.first]} minus {labels[area.second]}. {area.estimate.method}.",
        )
    figures = [
        panels.estimate("Best AUC", found.areas.of(best), n=found.n),
        panels.estimate("Best AUC, corrected", found.winner.corrected),
        difference,
    ]
    for call in contrast.calls[:2]:
        title = f"{wording.upper_first(call.measure)} difference"
        if call.estimate.is_estimable:
            value, ends = points_text(call.estimate, call.n)
            under, why = f"{ends} · n {call.n:,}", f"{call.estimate.method}; p by {call.test}."
            figures.append(panels.Figure(title, value, under, why))
        else:
            figures.append(panels.estimate(title, call.estimate))
    panels.strip(figures)


def _roc(found: Separation, picked: Picked) -> None:
    labels = picked.labels
    curves = {labels[name]: curve for name, curve in found.curves.items()}
    each = zip(found.areas.names, found.areas.auc, strict=True)
    panels.figure_card(
        paired_roc_figure(
            curves, {labels[name]: area for name, area in each}, dark=panels.is_dark()
        ),
        compare_tables.curve_rows(found, labels),
        "Sensitivity against false alarms, every model on the same cases",
        "The nearer a curve runs to the upper left corner, the better the model separates; where "
        "curves cross, which is better depends on the threshold. Intervals beside the names are "
        "of each model alone: judge a difference by its own interval. DeLong 1988, "
        "doi:10.2307/2531595.",
        "paired_roc",
        methods=_methods(found, picked),
    )


def _forest(found: Separation, picked: Picked) -> None:
    rows = compare_tables.forest_rows(found, picked.labels)
    panels.figure_card(
        model_forest_figure(rows, found.winner.corrected, dark=panels.is_dark()),
        rows,
        "AUC of every model, and of the winner once its luck is taken off",
        "Dots are the AUCs on these cases with their intervals. The ring is what to expect of the "
        "winner on new cases, as the model that looks best is in part the luckiest here. "
        "Tsamardinos 2018, doi:10.1007/s10994-018-5714-4.",
        "model_forest",
        methods=_methods(found, picked),
    )


def _benefit(rival: str, picked: Picked) -> None:
    first, second = picked.labels[rival], picked.labels[picked.against]
    table = cached.computed(
        compare_facts.benefit, picked.query, picked.names, rival, picked.against
    )
    panels.figure_card(
        benefit_difference_figure(
            table, first, second, threshold=picked.threshold, dark=panels.is_dark()
        ),
        table,
        f"Net benefit of {first} less that of {second}",
        f"Where the line lies above zero, acting on {first} does more good at that threshold. "
        "Where the band holds zero these cases cannot say; it is pointwise. Vickers 2008, "
        "doi:10.1186/1472-6947-8-53.",
        "benefit_difference",
    )


def _moved(contrast: Contrast, rival: str, picked: Picked) -> None:
    first, second = picked.labels[rival], picked.labels[picked.against]
    panels.figure_card(
        reclassification_figure(
            contrast.moved,
            new=shortened(first, 20),
            old=shortened(second, 26),
            dark=panels.is_dark(),
        ),
        contrast.moved,
        f"Cases that {first} puts into another group of risk",
        "Right of the diagonal the risk went up, left of it down: green is the right way for that "
        f"outcome, orange the wrong way. {NRI_CAUTION} Kerr 2014, "
        "doi:10.1097/EDE.0000000000000018; Hilden 2014, doi:10.1002/sim.5804.",
        "reclassification",
    )


def _contrast_table(found: Separation, contrast: Contrast, picked: Picked) -> None:
    first, second = (picked.labels[x] for x in (contrast.area.first, contrast.area.second))
    title = f"{first} minus {second} at threshold {wording.threshold_text(picked.threshold)}"
    st.subheader(plain(title), anchor=False)
    rows = compare_tables.contrast_rows(contrast, found.areas)
    _print(
        compare_tables.printed_contrast(rows, first, second),
        "Two models in every measure, with the interval and the p of each difference",
    )
    st.caption(plain(NRI_CAUTION))
    panels.table_download(rows, "two_models")


def _against_all(picked: Picked) -> None:
    rows = cached.computed(
        compare_facts.against_all, picked.query, picked.names, picked.against, picked.threshold
    )
    against = picked.labels[picked.against]
    st.subheader(plain(f"Every other model minus {against}"), anchor=False)
    _print(
        compare_tables.printed_against(rows, picked.labels),
        "Differences of every other model from one, with their intervals",
    )
    panels.table_download(rows, "every_model")


def _pairs(found: Separation, picked: Picked) -> None:
    st.subheader("Every pair of models", anchor=False)
    rows = compare_tables.pair_rows(found, picked.labels)
    if len(rows) > 1:
        margin = MARGINS["auc"]
        panels.figure_card(
            gap_figure(rows, title="Difference in AUC", margin=margin, dark=panels.is_dark()),
            rows,
            f"Difference in AUC of every pair, margin {margin:g}",
            "A line that does not touch zero is a difference; one inside the grey stripe rules a "
            "larger one out; one that does neither says that there are not enough data. "
            "DeLong 1988, doi:10.2307/2531595.",
            "pairs",
            methods=_methods(found, picked),
        )
    _print(
        compare_tables.printed_pairs(rows, picked.labels),
        "Every pair of models with the difference in AUC, raw and adjusted p",
    )
    panels.table_download(rows, "pairs_table")


def _print(frame: pd.DataFrame, alt: str) -> None:
    """A table that shows every word, names on the left and numbers on the right."""
    head = [str(name) for name in frame.columns]
    rows = frame.astype(str).to_numpy().tolist()
    st.html(tables.table(head, rows, alt=alt, numeric=[name not in _IN_WORDS for name in head]))


def _methods(found: Separation, picked: Picked) -> str:
    corrected = found.winner.corrected
    return compare_methods(
        threshold=picked.threshold,
        pairs=len(found.pairs),
        is_clustered=found.is_clustered,
        winner_method=corrected.method if corrected.is_estimable else "",
        seed=SEED,
    )
