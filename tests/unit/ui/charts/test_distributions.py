"""Does a distribution show every case once?"""

from __future__ import annotations

import pandas as pd

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.stats.distribution import distribution
from clnm_core.ui.charts.distributions import distribution_figure


def test_a_number_is_drawn_as_columns_that_hold_every_case() -> None:
    ages = pd.Series([20.0, 31.0, 45.0, 45.0, None])
    counts = distribution(ages, BUILT_IN["age_years"], outcome=[True, False, True, None, False])
    figure = distribution_figure(counts, title="Age (years)")
    assert sum(sum(trace.y) for trace in figure.data) == 4
    assert "1 without a value" in figure.layout.annotations[0].text


def test_a_category_is_drawn_as_rows_with_their_counts_and_shares() -> None:
    sexes = pd.Series(["female", "female", "male", None])
    counts = distribution(sexes, BUILT_IN["sex"], outcome=[True, False, True, False])
    figure = distribution_figure(counts, title="Sex", dark=True)
    assert figure.layout.yaxis.ticktext[0] == "female · 2 (50 %)"
    assert figure.layout.yaxis.ticktext[-1] == "unknown · 1 (25 %)"


def test_a_variable_that_nobody_has_gives_a_picture_all_the_same() -> None:
    counts = distribution(pd.Series([None, None], dtype=float), BUILT_IN["age_years"])
    figure = distribution_figure(counts, title="Age (years)")
    assert figure.layout.yaxis.ticktext == ("unknown · 2 (100 %)",)
