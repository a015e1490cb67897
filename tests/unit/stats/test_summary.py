"""Claims about Table 1 and the spread of one variable."""

import math
import time

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.columns import Column, Kind, Level, Registry, Role
from clnm_core.stats.differences import category_smd, category_test, mean_test, number_smd
from clnm_core.stats.summary import distribution, printed, table_one

AGE = Column("age_years", "Age", Kind.NUMBER, unit="years")
LOBE = Column(
    "lobe",
    "Lobe",
    Kind.CATEGORY,
    levels=(Level("left", "left lobe"), Level("right", "right lobe"), Level("isthmus", "isthmus")),
)
FLAG = Column("multifocal", "Multifocal", Kind.FLAG)
SPLIT = Column("split", "Split", Kind.CATEGORY, Role.DESIGN)
NAME = Column("case_id", "Case", Kind.TEXT, Role.IDENTIFIER)
REGISTRY = Registry([NAME, AGE, LOBE, FLAG, SPLIT])


def cohort() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "case_id": list("abcdefgh"),
            "age_years": [30.0, 40.0, 50.0, np.nan, 20.0, 60.0, 70.0, 80.0],
            "lobe": ["left", "right", "left", None, "left", "pyramidal", "left", "right"],
            "multifocal": pd.Series(
                [True, False, None, True, False, False, True, False], dtype=object
            ),
            "split": ["train"] * 4 + ["test"] * 4,
        }
    )


def row(table, variable, level, statistic, stratum="overall"):
    found = table[
        (table["variable"] == variable)
        & (table["level"] == level)
        & (table["statistic"] == statistic)
        & (table["stratum"] == stratum)
    ]
    assert len(found) == 1
    return found.iloc[0]


def test_a_number_gives_mean_and_median_with_n_and_missing():
    table = table_one(cohort(), REGISTRY)
    mean = row(table, "age_years", "", "mean (SD)")
    median = row(table, "age_years", "", "median [Q1, Q3]")
    assert (mean["n"], mean["missing"], mean["text"]) == (7, 1, "50.0 (21.6)")
    assert (median["value"], median["q1"], median["q3"]) == (50, 35, 65)
    assert median["text"] == "50 [35, 65]"
    assert mean["label"] == "Age (years)"


def test_categories_keep_every_level_of_the_registry_and_add_words_that_were_found():
    table = table_one(cohort(), REGISTRY)
    levels = table[(table["variable"] == "lobe")]["level"].tolist()
    assert levels == ["left lobe", "right lobe", "isthmus", "pyramidal", "unknown"]
    assert row(table, "lobe", "isthmus", "n (%)")["text"] == "0 (0.0 %)"
    assert row(table, "lobe", "pyramidal", "n (%)")["text"] == "1 (14.3 %)"


def test_unknown_is_counted_apart_and_never_enters_the_share_of_a_level():
    table = table_one(cohort(), REGISTRY)
    assert row(table, "lobe", "left lobe", "n (%)")["share"] == pytest.approx(4 / 7)
    unknown = row(table, "lobe", "unknown", "unknown, n (%)")
    assert (unknown["value"], unknown["share"]) == (1, 1 / 8)


def test_a_flag_shows_yes_only():
    table = table_one(cohort(), REGISTRY)
    flags = table[table["variable"] == "multifocal"]
    assert flags["level"].tolist() == ["yes", "unknown"]
    assert flags["text"].tolist() == ["3 (42.9 %)", "1 (12.5 %)"]


def test_identifiers_free_text_and_the_stratum_itself_are_not_described():
    table = table_one(cohort(), REGISTRY, by="split")
    assert set(table["variable"]) == {"age_years", "lobe", "multifocal"}


def test_stratum_counts_add_up_to_the_whole():
    table = table_one(cohort(), REGISTRY, by="split")
    counts = table[table["statistic"].isin(["n (%)", "unknown, n (%)"])]
    sums = counts.groupby([counts["variable"], counts["level"], counts["stratum"] == "overall"])
    wide = sums["value"].sum().unstack()
    assert (wide[True] == wide[False]).all()


def test_cases_of_unknown_stratum_are_shown_and_take_no_part_in_tests():
    frame = cohort()
    with_unknown = pd.concat([frame, frame.assign(split=None)], ignore_index=True)
    one, two = (table_one(f, REGISTRY, by="split") for f in (frame, with_unknown))
    assert list(dict.fromkeys(two["stratum"])) == ["overall", "test", "train", "unknown"]
    compare = ["variable", "level", "statistic", "smd", "p", "test"]
    train = [t[t["stratum"] == "train"][compare].reset_index(drop=True) for t in (one, two)]
    pd.testing.assert_frame_equal(*train)


def test_a_word_that_is_called_overall_does_not_hide_the_whole():
    frame = cohort().assign(split=["overall"] * 4 + ["unknown"] * 4)
    strata = dict.fromkeys(table_one(frame, REGISTRY, by="split")["stratum"])
    assert list(strata) == ["overall", "overall (level)", "unknown (level)"]


def test_without_strata_there_is_no_difference_and_no_test():
    table = table_one(cohort(), REGISTRY)
    assert table[["smd", "p"]].isna().all().all()
    assert (table["test"] == "").all()


def test_every_p_value_names_its_test():
    table = table_one(cohort(), REGISTRY, by="split")
    assert row(table, "age_years", "", "mean (SD)")["test"] == "Welch t"
    assert row(table, "age_years", "", "median [Q1, Q3]")["test"] == "Mann-Whitney"
    assert row(table, "multifocal", "yes", "n (%)")["test"] == "Fisher exact"
    assert row(table, "lobe", "isthmus", "n (%)")["test"] == "chi-squared (sparse)"


def test_an_empty_cohort_gives_a_table_of_nothing_instead_of_an_error():
    table = table_one(cohort().iloc[:0], REGISTRY, by="split")
    assert (table["n"] == 0).all()
    assert set(table["text"]) == {"–", "0 (–)"}


def test_a_variable_that_is_never_known_says_so():
    frame = cohort().assign(age_years=np.nan)
    table = table_one(frame, REGISTRY, by="split")
    mean = row(table, "age_years", "", "mean (SD)")
    assert (mean["n"], mean["missing"], mean["text"]) == (0, 8, "–")
    assert mean["test"] == "Welch t: not estimable, a stratum has under 2 values"
    assert math.isnan(mean["p"])


@pytest.mark.parametrize(
    ("by", "words"),
    [
        ("age_years", "by must be a category or a flag; got the number 'age_years'"),
        ("case_id", "by must be a category or a flag; got the text"),
        ("shoe_size", "by must be a column of the cohort; got 'shoe_size'"),
    ],
)
def test_strata_must_be_a_category_or_flag(by, words):
    with pytest.raises(ValueError, match=words):
        table_one(cohort(), REGISTRY, by=by)


def test_the_printed_table_has_one_row_per_level_and_one_column_per_stratum():
    shown = printed(table_one(cohort(), REGISTRY, by="split"))
    assert list(shown.columns) == [
        *("Variable", "Level", "overall", "test", "train", "SMD", "p", "Test")
    ]
    assert shown.loc[0, "Level"] == "mean (SD)"
    assert shown.loc[0, "train"] == "40 (10)"
    assert list(printed(table_one(cohort(), REGISTRY)).columns) == ["Variable", "Level", "overall"]


def test_levels_that_share_a_label_stay_apart_in_the_printed_table():
    twins = Column("lobe", "Lobe", Kind.CATEGORY, levels=(Level("left", "x"), Level("right", "x")))
    shown = printed(table_one(cohort(), Registry([twins, SPLIT]), by="split"))
    assert shown["overall"].tolist()[:2] == ["4 (57.1 %)", "2 (28.6 %)"]


def test_strata_without_a_common_level_differ_infinitely():
    assert category_smd(np.array([[5, 0], [0, 7]])) == math.inf
    assert category_smd(np.array([[5, 0, 3], [5, 0, 3]])) == 0


def test_numbers_that_do_not_vary_differ_by_nothing_or_infinitely():
    ones, twos = np.ones(3), np.full(3, 2.0)
    assert number_smd([ones, ones]) == 0
    assert number_smd([ones, twos]) == math.inf
    assert math.isnan(number_smd([ones, np.array([1.0])]))


def test_the_largest_difference_of_any_two_strata_counts():
    low, middle, high = (np.arange(10.0) + shift for shift in (0, 1, 5))
    assert number_smd([low, middle, high]) == number_smd([low, high])


@pytest.mark.parametrize(
    ("result", "name"),
    [
        (
            mean_test([np.ones(3), np.arange(3.0)]),
            "Welch t: not estimable, a stratum does not vary",
        ),
        (
            category_test(np.array([[3, 0], [4, 0]])),
            "chi-squared: not estimable, all values are equal",
        ),
        (
            category_test(np.array([[3, 1], [0, 0]])),
            "chi-squared: not estimable, a stratum has no values",
        ),
    ],
)
def test_a_test_that_cannot_be_made_says_why(result, name):
    assert math.isnan(result.p)
    assert result.name == name


def test_a_hundred_thousand_rows_of_twenty_columns_take_well_under_a_second():
    rng = np.random.default_rng(0)
    n = 100_000
    columns = [Column(f"x{i}", f"X{i}", Kind.NUMBER) for i in range(10)]
    columns += [Column(f"c{i}", f"C{i}", Kind.CATEGORY) for i in range(10)]
    frame = pd.DataFrame(
        {
            c.name: rng.normal(size=n) if c.kind is Kind.NUMBER else rng.choice(list("abcd"), n)
            for c in columns
        }
        | {"split": rng.choice(["train", "test"], n)}
    )
    started = time.perf_counter()
    table_one(frame, Registry([*columns, SPLIT]), by="split")
    assert time.perf_counter() - started < 1.0


def test_bins_are_round_cover_all_values_and_count_unknown_apart():
    ages = pd.Series([20.0, 29.9, 30.0, 80.0, np.nan])
    table = distribution(ages, AGE, outcome=[True, False, None, True, True])
    bins, unknown = table.iloc[:-1], table.iloc[-1]
    assert bins["n"].sum() == 4
    assert bins["low"].iloc[0] <= 20
    assert bins["high"].iloc[-1] >= 80
    assert unknown[["label", "n", "present"]].tolist() == ["unknown", 1, 1]
    assert bins[["present", "absent", "unknown"]].sum().tolist() == [2, 1, 1]


def test_a_level_that_nobody_has_keeps_its_bar():
    table = distribution(cohort()["lobe"], LOBE)
    assert table["label"].tolist() == [
        *("left lobe", "right lobe", "isthmus", "pyramidal", "unknown")
    ]
    assert table["n"].tolist() == [4, 2, 0, 1, 1]
    assert (table["n"] == table["unknown"]).all()


@pytest.mark.parametrize("values", [[5.0], [5.0, 5.0, 5.0], [0.0], [-3.2, -3.2], [1e6, 1e6 + 1]])
def test_values_that_hardly_vary_still_get_bins(values):
    table = distribution(pd.Series(values), AGE)
    assert table["n"].iloc[:-1].sum() == len(values)
    assert len(table) < 50


@pytest.mark.parametrize("column", [AGE, LOBE, FLAG])
def test_nothing_known_leaves_an_honest_table(column):
    table = distribution(pd.Series([None, None], dtype=object), column)
    assert table["n"].sum() == 2
    assert table.iloc[-1]["n"] == 2


def test_a_rare_outlier_does_not_make_thousands_of_bins():
    table = distribution(pd.Series(np.append(np.random.default_rng(0).normal(size=5000), 1e4)), AGE)
    assert len(table) < 60


def test_free_text_has_no_distribution():
    with pytest.raises(ValueError, match="must be a number, category or flag; got the text"):
        distribution(pd.Series(["a"]), NAME)
    with pytest.raises(ValueError, match="one value per case"):
        distribution(pd.Series([1.0]), AGE, outcome=[True, False])
