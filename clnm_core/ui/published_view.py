"""How do a paper's figures get onto a page? Form, answer, tables that fit, missing intervals."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from clnm_core.report import published_words, wording
from clnm_core.report.published_words import LABELS, range_text
from clnm_core.stats.published_conflicts import AUC, EVENTS
from clnm_core.stats.thresholds import Confusion
from clnm_core.ui import cached, panels, published_facts, published_form
from clnm_core.ui.charts.confusion import confusion_figure
from clnm_core.ui.charts.published_rates import published_rates_figure
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.published_facts import Entry, Solved
from clnm_core.ui.words import plain


def draw() -> None:
    """The form, and what follows from it; what cannot be read is said beside its field."""
    above = st.container()
    paper = published_form.pick_paper()
    with st.container(border=True):
        form = published_form.draw(paper)
    key = repr((form.texts, form.is_cut))
    entry = cached.for_visitor(_entered, key, data=(form.texts, form.is_cut))
    if entry.paper is None:
        published_form.say(form, entry.problems)
        with above:
            panels.answer("The figures cannot be compared yet: see the notes in the form.")
        return
    solved = cached.for_visitor(published_facts.solve, key, data=entry.paper)
    with above:
        _answer(solved)
    _draw_solved(solved, form.is_cut)


def _entered(data: tuple[published_facts.Typed, bool]) -> Entry:
    return published_facts.entered(*data)


def _answer(solved: Solved) -> None:
    words = [published_words.published_answer(solved.paper, solved.fits, solved.conflict)]
    if solved.others is not None:
        words.append(published_words.others_text(solved.paper, *solved.others))
    if solved.area is not None and (solved.conflict is None or AUC not in solved.conflict.names):
        words.append(published_words.area_text(solved.paper, solved.area, solved.area_counts))
    panels.answer(" ".join(word for word in words if word))


def _draw_solved(solved: Solved, is_cut: bool) -> None:
    _strip(solved)
    with st.grid(2, min_column_width=NARROW):
        _rates(solved)
        if solved.conflict is not None:
            _statements(solved)
        elif solved.fits.count == 1:
            _confusion(solved)
        else:
            _tables(solved)
    panels.methods_line(published_words.published_methods(is_cut=is_cut))


def _strip(solved: Solved) -> None:
    fits = solved.fits
    figures = [
        panels.Figure(
            "Tables that fit",
            ("" if fits.is_complete else "> ") + _count(fits.count),
            f"of {published_words.statement_text(solved.paper, 'n')}",
        )
    ]
    if solved.conflict is not None:
        panels.strip([*figures, *_clash_figures(solved)])
        return
    by_name = {str(row["name"]): row for row in solved.rates.to_dict("records")}
    is_known = fits.count > 0 and bool(by_name["sensitivity"]["low"] > 0)
    for name in ("sensitivity", "specificity", "ppv"):
        row = by_name[name]
        if not row["greatest"] - row["least"] < 0.9:
            continue
        value = _short(row["least"], row["greatest"])
        interval = range_text((row["low"], row["high"])) if is_known else ""
        under = f"interval {interval}" if interval else "no interval"
        figures.append(panels.Figure(wording.upper_first(LABELS[name]), value, under))
    if solved.area is not None and solved.paper.auc is not None:
        has_interval = solved.area.low == solved.area.low
        figures.append(
            panels.Figure(
                "AUC",
                solved.paper.auc.text,
                wording.interval_text(solved.area, wording.Unit.SCORE) if has_interval else "–",
                f"{solved.area.method}.",
            )
        )
    panels.strip(figures)


def _clash_figures(solved: Solved) -> list[panels.Figure]:
    if solved.conflict is None:
        return []
    count = len(solved.conflict.names)
    figures = [panels.Figure("Figures that exclude each other", f"{count}", "no fewer do")]
    if solved.others is not None:
        name, ends = solved.others
        label = wording.upper_first(LABELS[name])
        printed = solved.paper.rates[name].text
        figures += [
            panels.Figure(f"{label}, printed", printed),
            panels.Figure(f"{label}, by all the others", _short(*ends), range_text(ends)),
        ]
    return figures


def _short(least: float, greatest: float) -> str:
    """One value with a decimal, or a range without, to fit above its interval."""
    if range_text((least, least)) == range_text((greatest, greatest)):
        return range_text((least, greatest))
    return f"{wording.percent_interval(least, greatest)} %"


def _count(count: int) -> str:
    return f"{count:,}" if count < 1_000_000 else f"{count / 1e6:,.1f} million"


def _rates(solved: Solved) -> None:
    has_intervals = bool(solved.rates["low"].notna().any())
    how = (
        "The wide bar holds every value that the tables have, the line Wilson's interval, the "
        "tick what is printed. Where there are several tables the interval is the widest. "
        "Wilson 1927, doi:10.1080/01621459.1927.10502953."
        if has_intervals
        else "The wide bar holds every value that all other printed figures allow; the tick is "
        "what is printed. A tick in red lies where the others do not let it. "
        "Brown 2017, doi:10.1177/1948550616673876."
    )
    title = (
        "The rates of the tables that fit, with the intervals that were not printed"
        if has_intervals
        else "What every figure is, and what all the others allow"
    )
    panels.figure_card(
        published_rates_figure(solved.rates, dark=panels.is_dark()),
        solved.rates.drop(columns="name"),
        title,
        how,
        "published_rates",
    )


def _statements(solved: Solved) -> None:
    """The statements that exclude each other, with what the others of them allow."""
    clash = solved.conflict
    if clash is None:
        return
    with st.container(border=True, height="stretch"):
        st.markdown("**What cannot be true together**")
        st.table(
            pd.DataFrame(
                [
                    {
                        "Statement": wording.upper_first(
                            published_words.statement_text(solved.paper, name)
                        ),
                        "The others allow": range_text(clash.allowed[name])
                        if name in clash.allowed
                        else "–",
                    }
                    for name in clash.names
                ]
            ).set_index("Statement"),
            border="horizontal",
        )
        st.caption(
            "Any one of them left away, the rest go together. A misprint, a rate of another "
            "table, or means over several models are the usual reasons."
        )


def _confusion(solved: Solved) -> None:
    row = solved.fits.matrices.iloc[0]
    counted = Confusion(*(int(row[name]) for name in ("tp", "fp", "fn", "tn")))
    panels.figure_card(
        confusion_figure(counted, dark=panels.is_dark()),
        solved.fits.matrices,
        "The only table that fits",
        "Columns are what happened, rows what was called. No other whole numbers give all of the "
        "printed rates. Altman 1994, doi:10.1136/bmj.308.6943.1552.",
        "the_table",
    )


def _tables(solved: Solved) -> None:
    fits = solved.fits
    with st.container(border=True, height="stretch"):
        st.markdown("**Tables that fit**")
        if fits.matrices.empty:
            st.write("None was found.")
            return
        st.dataframe(
            fits.matrices,
            hide_index=True,
            height=380,
            column_config={
                **{"n": "Cases", "events": wording.upper_first(LABELS[EVENTS])},
                **{"tp": "True +", "fp": "False +", "fn": "False −", "tn": "True −"},
            },
            alt="Confusion matrices whose rates print as given",
        )
        if fits.count > len(fits.matrices):
            st.caption(plain(f"The first {len(fits.matrices):,} are listed."))
        panels.table_download(fits.matrices, "tables_that_fit")
