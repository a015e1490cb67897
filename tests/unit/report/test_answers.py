"""Claims about the one sentence that answers a page's question."""

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.domain.predictions import Predictions
from clnm_core.report import answers
from clnm_core.report.gap_words import gap_text
from clnm_core.stats.audit import audit
from clnm_core.stats.location import distance_bins
from clnm_core.stats.subgroups import Gap, GroupResult
from clnm_core.stats.thresholds import Confusion
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.systems.case import CaseReport

AUC = Estimate(0.9071, 0.8912, 0.9288, 0.95, "DeLong")
SLOPE = Estimate(0.71, 0.64, 0.79, 0.95, "Wald, logistic regression")
OVERALL = {"auc": AUC, "calibration_slope": SLOPE}
LATERAL = "Lateral neck metastasis"


def curve(*sides: int) -> pd.DataFrame:
    """A calibration curve whose band lies above (1), around (0) or below (-1) the diagonal."""
    risk = np.linspace(0, 1, len(sides))
    return pd.DataFrame(
        {
            "risk": risk,
            "observed": risk + 0.1 * np.array(sides),
            "low": risk + 0.1 * np.array(sides) - 0.05,
            "high": risk + 0.1 * np.array(sides) + 0.05,
        }
    )


def performance(overall=OVERALL, drawn=None, n=1204, events=671, where="external"):
    drawn = curve(*[0] * 11) if drawn is None else drawn
    return answers.performance_answer(overall, drawn, n=n, events=events, where=where)


class TestOverview:
    def test_it_counts_patients_centres_and_the_outcome_with_its_interval(self):
        count = OutcomeCount("lateral", 671, 533, 38)
        sentence = answers.overview_answer(count, patients=1242, centres=5, outcome_label=LATERAL)
        assert sentence == (
            "1,242 patients of 5 centres: 671 of 1,204 have lateral neck metastasis "
            "(55.7 %, 52.9–58.5, Wilson); 38 with unknown outcome are set aside."
        )

    def test_it_names_cases_where_patients_have_several(self):
        count = OutcomeCount("any", 30, 70, 0)
        sentence = answers.overview_answer(count, patients=80, outcome_label="Any node")
        assert sentence.startswith("80 patients with 100 cases: 30 of 100 have any node (30 %, ")
        assert "unknown" not in sentence

    def test_one_unknown_is_in_the_singular(self):
        count = OutcomeCount("any", 1, 1, 1)
        sentence = answers.overview_answer(count, patients=3, outcome_label="Any", centres=1)
        assert sentence.startswith("3 patients of 1 centre: ")
        assert sentence.endswith("; 1 with unknown outcome is set aside.")

    def test_nobody_is_an_answer_with_a_way_out(self):
        empty = OutcomeCount("any", 0, 0, 0)
        assert answers.overview_answer(empty, patients=0, outcome_label="Any") == answers.NOBODY

    def test_an_outcome_that_nobody_knows_gives_no_rate(self):
        count = OutcomeCount("lateral", 0, 0, 12)
        sentence = answers.overview_answer(count, patients=12, outcome_label=LATERAL)
        assert sentence == (
            "12 patients: whether they have lateral neck metastasis is not known for any of them."
        )

    def test_a_clustered_share_keeps_its_own_interval(self):
        share = Estimate(0.3, 0.1, 0.6, 0.95, "Wilson, clustered by patient")
        count = OutcomeCount("any", 30, 70, 0)
        sentence = answers.overview_answer(count, patients=9, outcome_label="Any", share=share)
        assert "(30 %, 10–60, Wilson)" in sentence


class TestCases:
    def test_cases_are_told_by_outcome(self):
        count = OutcomeCount("any", 2, 1, 0)
        sentence = answers.cases_answer(count, patients=1, outcome_label="Any metastasis")
        assert sentence == "3 cases of 1 patient: 2 with any metastasis, 1 without."

    def test_no_case_is_an_answer(self):
        empty = OutcomeCount("any", 0, 0, 0)
        assert answers.cases_answer(empty, patients=0, outcome_label="Any") == answers.NOBODY


class TestPerformance:
    @pytest.mark.parametrize(
        ("sides", "words"),
        [
            ([0] * 4 + [1] * 7, "risks are too low above 40 %"),
            ([-1] * 3 + [0] * 8, "risks are too high below 20 %"),
            ([0] * 4 + [-1] * 3 + [0] * 4, "risks are too high between 40 % and 60 %"),
            ([1] * 11, "risks are too low throughout"),
            ([1] * 4 + [0] * 3 + [-1] * 4, "risks are too low below 30 % and too high above 70 %"),
            ([0] * 5 + [1] * 2 + [0] * 4, "risks agree with what was observed"),
        ],
    )
    def test_it_says_where_risks_are_too_high_or_too_low(self, sides, words):
        assert performance(drawn=curve(*sides)) == (
            "On 1,204 external cases the AUC is 0.91 (0.89–0.93, DeLong); "
            f"{words} (slope 0.71, 0.64–0.79)."
        )

    def test_few_events_are_not_read_as_agreement(self):
        assert "no misfit of the risks is shown, but 41 cases with the outcome are too few" in (
            performance(n=113, events=41)
        )
        assert "1 case without the outcome is too few" in performance(n=113, events=112)

    @pytest.mark.parametrize(
        ("events", "words"),
        [(0, "None of 40 cases has the outcome: "), (40, "All of 40 cases have the outcome: ")],
    )
    def test_one_class_alone_cannot_be_judged(self, events, words):
        nothing = {name: not_estimable("one class only", level=0.95) for name in OVERALL}
        sentence = performance(nothing, curve()[:0], n=40, events=events, where="")
        assert sentence.startswith(words)
        assert "cannot be judged here" in sentence

    def test_no_case_is_an_answer(self):
        assert performance(n=0, events=0) == answers.NOBODY

    def test_a_curve_that_cannot_be_drawn_is_not_read_as_agreement(self):
        overall = {"auc": AUC, "calibration_slope": not_estimable("separation", level=0.95)}
        sentence = performance(overall, curve()[:0])
        assert sentence.endswith(
            "; where risks are too high or too low cannot be told from these cases."
        )

    def test_an_area_without_a_value_says_why(self):
        overall = OVERALL | {"auc": not_estimable("constant risk", level=0.95)}
        assert "the AUC is not estimable: constant risk" in performance(overall)


class TestThreshold:
    @pytest.mark.parametrize(
        ("counts", "words"),
        [
            (
                Confusion(tp=623, fp=120, fn=48, tn=413),
                "48 of 671 cases with metastasis are missed and 120 of 533 without it are flagged",
            ),
            (
                Confusion(tp=3, fp=1, fn=1, tn=3),
                "1 of 4 cases with metastasis is missed and 1 of 4 without it is flagged",
            ),
            (
                Confusion(tp=3, fp=0, fn=0, tn=3),
                "none of 3 cases with metastasis are missed and none of 3 without it are flagged",
            ),
            (
                Confusion(tp=0, fp=2, fn=0, tn=3),
                "no case has metastasis and 2 of 5 without it are flagged",
            ),
            (
                Confusion(tp=2, fp=0, fn=3, tn=0),
                "3 of 5 cases with metastasis are missed and there is no case without it",
            ),
        ],
    )
    def test_it_says_who_is_missed_and_who_is_flagged_for_nothing(self, counts, words):
        sentence = answers.threshold_answer(counts, 0.3, outcome_label="Metastasis")
        assert sentence == f"At threshold 0.30, {words}."

    def test_no_case_is_an_answer(self):
        assert answers.threshold_answer(Confusion(0, 0, 0, 0), 0.3, outcome_label="x") == (
            answers.NOBODY
        )


def group(level: str, n: int = 100, flags: tuple[str, ...] = ()) -> GroupResult:
    return GroupResult("centre", level, n, n // 2, flags, {})


def gap(level="4", metric="sensitivity", value=-0.11, low=-0.19, high=-0.03, verdict="gap") -> Gap:
    return Gap("centre", metric, "1", level, value, low, high, verdict)


class TestSubgroups:
    GROUPS = (group("1"), group("4"), group("5", 6, ("too few",)))

    def test_the_gap_that_weighs_most_comes_first(self):
        found = [
            gap(metric="flag_rate", value=0.4, low=0.3, high=0.5),
            gap(level="2", value=0.3, low=0.2, high=0.4),
            gap(),
            gap(level="3", verdict="no gap beyond the margin"),
        ]
        assert answers.subgroups_answer(self.GROUPS, found) == (
            "Sensitivity is lower for centre 4 by 0.11 (0.03–0.19) than for centre 1; 3 of 4 "
            "comparisons show a gap; for 1 of 3 groups there are too few cases to say."
        )

    def test_a_single_gap_says_so(self):
        sentence = answers.subgroups_answer(self.GROUPS[:2], [gap()], labels={"centre": "Hospital"})
        assert sentence == (
            "Sensitivity is lower for hospital 4 by 0.11 (0.03–0.19) than for hospital 1; "
            "1 of 1 comparison shows a gap."
        )

    def test_a_higher_value_keeps_its_sign(self):
        higher = gap(metric="o_e_ratio", value=0.31, low=0.1, high=0.52)
        assert gap_text(higher) == (
            "observed per expected is higher for centre 4 by 0.31 (0.10–0.52) than for centre 1"
        )

    def test_silence_is_not_read_as_fairness(self):
        found = [gap(verdict="not enough data"), gap(verdict="no gap beyond the margin")]
        assert answers.subgroups_answer(self.GROUPS[:2], found) == (
            "No gap is shown, but in 1 of 2 comparisons the data cannot rule one out."
        )

    def test_no_gap_beyond_the_margin_is_a_result(self):
        found = [gap(verdict="no gap beyond the margin")]
        assert answers.subgroups_answer(self.GROUPS[:2], found) == (
            "No gap is larger than the stated margin in 1 comparison."
        )

    def test_one_group_alone_is_not_compared(self):
        assert answers.subgroups_answer((group("1"), group("5", 6, ("too few",))), []) == (
            "There are no two groups with enough cases to compare; "
            "for 1 of 2 groups there are too few cases to say."
        )

    def test_no_column_asks_for_one(self):
        assert answers.subgroups_answer((), ()).startswith("No column was chosen")


class TestLocation:
    BINS = distance_bins(
        [1.0] * 100 + [12.0] * 100, [True] * 68 + [False] * 32 + [True] * 31 + [False] * 69
    )

    def test_near_and_far_stand_beside_the_published_claim(self):
        sentence = answers.location_answer(self.BINS, outcome="lateral", outcome_label=LATERAL)
        assert sentence == (
            "Within 2.5 mm of the capsule 68 % (58–76) have lateral neck metastasis, "
            "beyond 10 mm 31 % (23–41); the published claim is > 72 % within 2.5 mm."
        )

    def test_the_claim_is_not_held_against_another_outcome(self):
        sentence = answers.location_answer(self.BINS, outcome="central", outcome_label="Central")
        assert sentence.endswith(
            "; the published claim (> 72 % within 2.5 mm) is about lateral metastasis."
        )

    def test_without_a_claim_the_sentence_ends_with_the_data(self):
        sentence = answers.location_answer(
            self.BINS, outcome="any", outcome_label="Any", claim=None
        )
        assert sentence.endswith("beyond 10 mm 31 % (23–41).")

    def test_few_and_no_cases_are_counted_and_not_rated(self):
        bins = distance_bins([1.0], [True])
        sentence = answers.location_answer(bins, outcome="lateral", outcome_label=LATERAL)
        assert sentence.startswith(
            "Within 2.5 mm of the capsule there is only 1 case, beyond 10 mm there is no case;"
        )

    def test_no_distance_at_all_says_what_to_do(self):
        bins = distance_bins([np.nan], [True])
        sentence = answers.location_answer(bins, outcome="lateral", outcome_label=LATERAL)
        assert sentence == (
            "No case has both a capsule distance and a known answer on lateral neck metastasis; "
            "import the distance, or choose another outcome."
        )


def report(log_odds=(0.9, -0.4, 0.1), doubts=(), risk=0.74, threshold=0.3) -> CaseReport:
    nan = float("nan")
    low, high = (nan, nan) if np.isnan(risk) else (risk - 0.13, risk + 0.11)
    return CaseReport(
        model="clinical",
        cohort="demo",
        outcome="lateral",
        outcome_label=LATERAL,
        risk=Estimate(risk, low, high, 0.95, "Wald"),
        threshold=threshold,
        values=(),
        doubts=doubts,
        contributions=pd.DataFrame(
            {
                "label": ["Capsule distance", "Age", "Sex"],
                "value": ["1.2 mm", "62 years", "female"],
                "effect": log_odds,
            }
        ),
        trained_on="900 training cases",
    )


class TestCase:
    def test_it_says_risk_threshold_what_moves_it_and_the_range(self):
        assert answers.case_answer(report()) == (
            "Risk of lateral neck metastasis 74 % (61–85), at or above the model's threshold of "
            "30 %: capsule distance 1.2 mm raises it most and age 62 years lowers it most; "
            "inside the training range."
        )

    def test_doubts_are_counted(self):
        assert answers.case_answer(report(doubts=("a",))).endswith("; 1 doubt is listed with it.")
        assert answers.case_answer(report(doubts=("a", "b"))).endswith(
            "; 2 doubts are listed with it."
        )

    def test_a_case_that_nothing_moves_says_so(self):
        sentence = answers.case_answer(report(log_odds=(0, 0, 0), threshold=0.8))
        assert "below the model's threshold of 80 %: no variable moves it" in sentence

    def test_a_risk_that_is_missing_is_said(self):
        assert answers.case_answer(report(risk=float("nan"))) == (
            "The risk of lateral neck metastasis is not estimable: Wald."
        )

    @pytest.mark.parametrize(
        ("risks", "happened", "sentence"),
        [
            (
                {"clinical": 0.74, "image": 0.55},
                True,
                "Lateral neck metastasis was found; the models gave 74 % (clinical) and 55 % (image).",
            ),
            (
                {"clinical": 0.74},
                False,
                "Lateral neck metastasis was not found; the model gave 74 % (clinical).",
            ),
            (
                {},
                None,
                "Whether there is lateral neck metastasis is not known; no model has judged this case yet.",
            ),
        ],
    )
    def test_a_recorded_case_says_what_was_found_and_what_models_said(
        self, risks, happened, sentence
    ):
        assert (
            answers.recorded_case_answer(risks, outcome_label=LATERAL, happened=happened)
            == sentence
        )


class TestAudit:
    def test_it_counts_what_was_set_aside_and_the_gaps(self):
        rng = np.random.default_rng(0)
        risk = rng.random(400)
        y = rng.random(400) < risk
        centre = np.where(np.arange(400) < 200, "a", "b")
        y[200:] = rng.random(200) < 1 - risk[200:]
        done = audit(
            Predictions.of(y, risk),
            groups=pd.DataFrame({"centre": centre}),
            bootstrap=20,
            excluded=[{"row": 7, "reason": "risk is missing"}],
        )
        sentence = answers.audit_answer(done)
        assert sentence.startswith("On 400 cases the AUC is 0.")
        assert "; 1 row was set aside; " in sentence
        assert sentence.endswith("comparisons of groups show a gap.")

    def test_one_class_alone_is_said(self):
        done = audit(Predictions.of([True] * 20, np.linspace(0.1, 0.9, 20)), bootstrap=20)
        assert answers.audit_answer(done).startswith("All of 20 cases have the outcome")
