"""Is every variant trained alike and once, and judged on the same cases?"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.paired import PairedPredictions
from clnm_core.errors import TrainingError, TrainingStopped
from clnm_core.stats.comparison import areas, auc_difference
from clnm_core.stats.multiplicity import benjamini_hochberg
from clnm_core.systems.llnm_net.ablation_table import ablation_table, largest_loss
from clnm_core.systems.llnm_net.ablations import VARIANTS, ablate, chosen_variants
from clnm_core.systems.llnm_net.config import resolved
from clnm_core.systems.run import Run
from tests.unit.systems.llnm_cases import QuickNet, cases

TWO_BLOCKS = {"cross_blocks": 2}
SOME = ("no-location", "no-morphology", "no-demographics", "blocks-2")


class Memory(dict):
    """Keeps what variants gave."""

    def put(self, key, value):
        self[key] = dict(value)


def table_of(gave, given):
    return ablation_table(gave, given, outcome="lateral")


@pytest.fixture(scope="module")
def given():
    return cases()


@pytest.fixture(scope="module")
def gave(given):
    return ablate(
        QuickNet(), given, outcome="lateral", config=TWO_BLOCKS, variants=chosen_variants(SOME)
    )


def test_every_ablation_of_the_paper_is_a_setting():
    names = [one.name for one in VARIANTS]
    assert len(set(names)) == len(names)
    for one in VARIANTS:
        changed = resolved(one.config).to_dict()
        own = resolved({}).to_dict()
        assert {k for k in own if changed[k] != own[k]} <= set(one.config)
    published = {one.name: one.published_auc for one in VARIANTS}
    assert published["no-location"] == min(p for p in published.values() if p is not None)
    paper = [resolved({"size": "paper", **one.config}).to_dict() for one in VARIANTS]
    assert paper[names.index("blocks-4")] == paper[names.index("full")]


def test_variants_are_judged_on_validation_and_on_what_was_held_out(gave, given):
    table = table_of(gave, given)
    assert table["split"].unique().tolist() == ["validation", "external"]
    assert table.groupby("split")["n"].nunique().tolist() == [1, 1]
    assert len(table) == 2 * len(gave)
    known = given.frame["lateral"].notna() & (given.frame["split"] == "external")
    assert table.loc[table["split"] == "external", "n"].iloc[0] == known.sum()


def test_the_loss_is_that_of_the_paired_comparison(gave, given):
    """Computed again from the risks alone."""
    table = table_of(gave, given).set_index(["split", "name"])
    frame = given.frame[given.frame["lateral"].notna() & (given.frame["split"] == "external")]
    risks = {
        one.variant.name: one.risks.set_index("case_id").loc[frame["case_id"], "0"].to_numpy()
        for one in gave
    }
    found = areas(PairedPredictions.of(frame["lateral"].astype(bool), risks))
    p = {}
    for name in ("no-location", "no-morphology", "no-demographics"):
        expected = auc_difference(found, name, "full")
        row = table.loc[("external", name)]
        assert row["difference"] == pytest.approx(expected.estimate.value)
        assert (row["low"], row["high"]) == pytest.approx(
            (expected.estimate.low, expected.estimate.high)
        )
        assert row["p"] == pytest.approx(expected.p)
        p[name] = expected.p
    adjusted = benjamini_hochberg(list(p.values()))
    assert table.loc["external"].loc[list(p), "p_adjusted"].tolist() == pytest.approx(adjusted)


def test_what_matters_most_is_missed_most(gave, given):
    table = table_of(gave, given)
    assert largest_loss(table, "external") == "no-location"
    rows = table[table["split"] == "external"].set_index("name")
    assert rows.loc["no-location", "high"] < 0
    assert rows.loc["no-location", "difference"] < rows.loc["no-morphology", "difference"] < 0


def test_the_full_model_is_compared_with_nobody(gave, given):
    full = table_of(gave, given).query("name == 'full'")
    assert full["difference"].tolist() == [0.0, 0.0]
    assert full[["p", "p_adjusted"]].isna().all(axis=None)


def test_equal_settings_are_trained_once_and_said_to_be_the_same(given):
    system = QuickNet()
    variants = chosen_variants(("blocks-2",))
    found = ablate(system, given, outcome="lateral", config=TWO_BLOCKS, variants=variants)
    assert len(system.trained) == 1
    table = table_of(found, given)
    assert table["same_as"].tolist() == ["", "full"] * 2
    assert (table["difference"] == 0).all()
    assert table["p_adjusted"].isna().all()


def test_all_variants_have_the_same_cases_and_seeds(given):
    system = QuickNet()
    variants = chosen_variants(SOME[:3])
    ablate(system, given, outcome="lateral", variants=variants, seeds=(0, 3))
    assert [seed for _, seed in system.trained] == [0, 3] * 4


def test_several_seeds_are_averaged_and_their_range_is_told(given):
    variants = chosen_variants(("no-location",))
    found = ablate(QuickNet(), given, outcome="lateral", variants=variants, seeds=(0, 1, 2))
    assert list(found[0].risks.columns) == ["case_id", "split", "0", "1", "2"]
    table = table_of(found, given)
    assert (table["seeds_lowest"] < table["seeds_highest"]).all()
    one = table_of(ablate(QuickNet(), given, outcome="lateral", variants=variants), given)
    assert (one["seeds_lowest"] == one["auc"]).all()


def test_what_is_finished_is_not_trained_again(given):
    kept, variants = Memory(), chosen_variants(("no-location", "no-report"))
    more = {"outcome": "lateral", "cases_digest": "d", "kept": kept}
    first = ablate(QuickNet(), given, variants=variants, **more)
    again = QuickNet()
    second = ablate(again, given, variants=variants, **more)
    assert again.trained == []
    pd.testing.assert_frame_equal(table_of(first, given), table_of(second, given))
    added = QuickNet()
    ablate(added, given, variants=chosen_variants(("no-location", "no-morphology")), **more)
    assert len(added.trained) == 1


@pytest.mark.parametrize(
    "change",
    [{"cases_digest": "e"}, {"seeds": (1,)}, {"config": {"epochs": 7}}],
    ids=["cases", "seed", "settings"],
)
def test_what_depends_on_something_else_is_trained_again(given, change):
    kept, variants = Memory(), chosen_variants(("no-location",))
    more = {"outcome": "lateral", "cases_digest": "d", "kept": kept, "variants": variants}
    ablate(QuickNet(), given, **more)
    system = QuickNet()
    ablate(system, given, **(more | change))
    assert len(system.trained) == 2


def test_each_variant_has_checkpoints_of_its_own_until_it_is_finished(given, tmp_path):
    seen = []

    class Writing(QuickNet):
        def fit(self, training, validation, *, outcome, config, seed, run):
            run.checkpoints.mkdir(parents=True)
            (run.checkpoints / "last").write_bytes(b"x")
            seen.append(sorted(path.parent.name for path in tmp_path.rglob("last")))
            return super().fit(
                training, validation, outcome=outcome, config=config, seed=seed, run=run
            )

    more = {"outcome": "lateral", "cases_digest": "d", "run": Run(checkpoints=tmp_path)}
    variants = chosen_variants(("no-location",))
    ablate(Writing(), given, variants=variants, kept=Memory(), **more)
    assert [len(names) for names in seen] == [1, 1]
    assert seen[0] != seen[1]
    assert list(tmp_path.iterdir()) == []


def test_a_stop_keeps_what_is_finished(given):
    kept, steps = Memory(), []
    run = Run(
        progress=lambda share, step: steps.append((share, step)),
        is_cancelled=lambda: bool(steps) and steps[-1][1].startswith("2 of 3"),
    )
    more = {"outcome": "lateral", "cases_digest": "d", "kept": kept}
    variants = chosen_variants(("no-location", "no-morphology"))
    with pytest.raises(TrainingStopped):
        ablate(QuickNet(), given, variants=variants, run=run, **more)
    assert len(kept) == 1
    rest = QuickNet()
    ablate(rest, given, variants=variants, **more)
    assert len(rest.trained) == 2


def test_progress_says_which_variant_and_only_rises(given):
    steps = []
    run = Run(progress=lambda share, step: steps.append((share, step)))
    ablate(QuickNet(), given, outcome="lateral", variants=chosen_variants(SOME[:2]), run=run)
    shares = [share for share, _ in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any("2 of 3, Without the location map: epoch 1 of 2" in step for _, step in steps)


def test_patients_of_a_cohort_without_splits_are_divided_once():
    given = cases(splits=False)
    found = ablate(
        QuickNet(), given, outcome="lateral", variants=chosen_variants(("no-location",)), seeds=(0, 1)
    )  # fmt: skip
    words = found[0].risks.groupby("case_id")["split"].nunique()
    assert (words == 1).all()
    assert len(words) == len(given)
    assert table_of(found, given)["split"].unique().tolist() == ["validation", "test"]


def test_cases_that_some_variant_cannot_judge_are_left_out_for_all(gave, given):
    lost = [replace(one, risks=one.risks.copy()) for one in gave]
    lost[1].risks.loc[lost[1].risks["split"] == "external", "0"] = np.where(
        np.arange((lost[1].risks["split"] == "external").sum()) < 10, np.nan, 0.5
    )
    table = table_of(lost, given)
    rows = table[table["split"] == "external"]
    assert rows["n"].nunique() == 1
    assert rows["left_out"].iloc[0] > 0


def test_a_split_with_one_outcome_is_left_out(gave, given):
    frame = given.frame.copy()
    frame.loc[frame["split"] == "validation", "lateral"] = True
    assert table_of(gave, replace(given, frame=frame))["split"].unique().tolist() == ["external"]
    frame["lateral"] = True
    assert table_of(gave, replace(given, frame=frame)).empty


@pytest.mark.parametrize("seeds", [(), (0, 0), (-1,)], ids=["none", "twice", "minus"])
def test_seeds_that_make_no_sense_are_refused(given, seeds):
    with pytest.raises(TrainingError, match="Seeds must be"):
        ablate(QuickNet(), given, outcome="lateral", seeds=seeds)


def test_an_unknown_variant_or_setting_is_refused_before_anything_is_trained(given):
    with pytest.raises(TrainingError, match="no variant 'no-luck'"):
        chosen_variants(["no-luck"])
    system = QuickNet()
    with pytest.raises(TrainingError, match="no setting"):
        ablate(system, given, outcome="lateral", config={"colour": "red"})
    assert system.trained == []
