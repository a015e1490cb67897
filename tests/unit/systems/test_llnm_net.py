"""Does LLNM-Net learn from what it is given, from nothing else, and the same thing twice?"""

from dataclasses import replace

import numpy as np
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import (
    MissingOutcomeError,
    ModelError,
    TrainingError,
    TrainingStopped,
    UnfitCaseError,
)
from clnm_core.features.items import Item
from clnm_core.systems.cases import Cases
from clnm_core.systems.llnm_net.config import DEFAULTS, resolved
from clnm_core.systems.llnm_net.encoding import as_tensors
from clnm_core.systems.llnm_net.hiding import lost_log_odds
from clnm_core.systems.llnm_net.system import LLNM_NET
from clnm_core.systems.protocol import State
from clnm_core.systems.run import Run
from clnm_core.systems.training import train_system
from tests.unit.systems.llnm_net_cases import TINY, picture, some_cases, view


def fitted(config=None, *, training=None, validation=None, seed=3, run=None):
    return LLNM_NET.fit(
        training or some_cases(24),
        validation or some_cases(22, seed=1),
        outcome="lateral",
        config={**TINY, **(config or {})},
        seed=seed,
        run=run or Run(),
    )


@pytest.fixture(scope="module")
def learned():
    return fitted()


def changed(cases: Cases, **columns) -> Cases:
    return replace(cases, frame=cases.frame.assign(**columns))


def with_pictures(cases: Cases, make) -> Cases:
    """The cases with each view's picture put through ``make``."""
    views = {
        name: tuple(view(name, one.view, make(one.read())) for one in own)
        for name, own in cases.views.items()
    }
    return replace(cases, views=views)


def test_risks_are_probabilities_and_the_history_says_how_it_went(learned):
    risk = learned.model.risk(some_cases(10, seed=5))
    assert risk.shape == (10,)
    assert ((risk > 0) & (risk < 1)).all()
    assert len(np.unique(risk)) == 10
    assert [epoch.number for epoch in learned.history] == [1, 2]
    assert learned.held_out is None


def test_the_same_training_twice_gives_the_same_risks_and_another_seed_others(learned):
    others = some_cases(6, seed=5)
    again = fitted()
    assert np.array_equal(again.model.risk(others), learned.model.risk(others))
    assert not np.allclose(fitted(seed=4).model.risk(others), learned.model.risk(others))


def test_a_risk_does_not_depend_on_the_cases_beside_it(learned):
    others = some_cases(9, seed=5)
    together = learned.model.risk(others)
    alone = [float(learned.model.risk(others.only([row]))[0]) for row in range(9)]
    np.testing.assert_allclose(alone, together, rtol=0, atol=1e-6)
    np.testing.assert_allclose(
        learned.model.risk(others.only(np.arange(9)[::-1]))[::-1], together, rtol=0, atol=1e-6
    )


def test_a_restored_model_gives_identical_risks_and_the_same_state(learned):
    others = some_cases(6, seed=5)
    state = learned.model.state()
    back = LLNM_NET.restore(state)
    assert np.array_equal(back.risk(others), learned.model.risk(others))
    assert back.state().facts == state.facts
    assert all(
        np.array_equal(back.state().tensors[name], one) for name, one in state.tensors.items()
    )


@pytest.mark.parametrize("harm", ["format", "config", "tensors", "networks"])
def test_a_state_that_is_not_whole_is_refused_in_a_sentence(learned, harm):
    state = learned.model.state()
    facts, tensors = dict(state.facts), dict(state.tensors)
    if harm == "format":
        facts["format"] = 99
    elif harm == "config":
        del facts["config"]
    elif harm == "tensors":
        tensors = {name: one for name, one in tensors.items() if "outcome" not in name}
    else:
        facts["members"] = 2
    with pytest.raises(ModelError):
        LLNM_NET.restore(State(tensors, facts))


def test_validation_cases_choose_and_never_teach_weights_of_an_epoch(learned):
    """With one epoch there is nothing to choose: only the calibration may differ."""
    one = fitted({"epochs": 1})
    flipped = some_cases(22, seed=1)
    flipped = changed(flipped, lateral=~flipped.frame["lateral"])
    other = fitted({"epochs": 1}, validation=flipped)
    for name, values in one.model.state().tensors.items():
        assert np.array_equal(values, other.model.state().tensors[name]), name
    assert one.model.calibrator != other.model.calibrator


def test_outcomes_reports_and_pictures_of_test_cases_leave_no_trace_in_the_model():
    cases = some_cases(40)
    split = np.array(["train"] * 20 + ["validation"] * 10 + ["external"] * 10)
    is_test = split == "external"
    cases = Cases(
        cases.frame.assign(split=split), BUILT_IN.only([*cases.frame.columns, "split"]), cases.views
    )
    frame = cases.frame
    other = changed(
        cases,
        lateral=frame["lateral"].where(~is_test, ~frame["lateral"]),
        report_text=frame["report_text"].where(~is_test, "Words that nobody else wrote."),
        age_years=frame["age_years"].where(~is_test, 119.0),
    )
    tested = set(frame["case_id"][is_test])
    noise = view("x", "transverse", picture(7, depth=13.0))
    other = replace(
        other,
        views={name: (noise,) if name in tested else own for name, own in cases.views.items()},
    )
    one, two = (
        train_system(LLNM_NET, each, outcome="lateral", config={**TINY, "epochs": 1}, bootstrap=2)
        for each in (cases, other)
    )
    left, right = one.model.state(), two.model.state()
    assert left.facts == right.facts
    assert all(np.array_equal(left.tensors[name], right.tensors[name]) for name in left.tensors)
    assert one.threshold == two.threshold
    risk = [each.predictions["risk"].to_numpy() for each in (one, two)]
    assert np.array_equal(risk[0][~is_test], risk[1][~is_test])
    assert not np.allclose(risk[0][is_test], risk[1][is_test])


def test_without_validation_cases_some_patients_are_held_back_and_it_is_said():
    found = LLNM_NET.fit(some_cases(30), None, outcome="lateral", config=TINY, seed=0, run=Run())
    assert any("held back" in note for note in found.notes)


WITHOUT = [
    ({"location": "none"}, "location"),
    ({"morphology": False}, "grey"),
    ({"report": False}, "report_text"),
    ({"demographics": False}, "age_years"),
]


@pytest.mark.parametrize(("config", "what"), WITHOUT, ids=[what for _, what in WITHOUT])
def test_an_input_that_is_left_out_is_not_seen_and_otherwise_it_is(learned, config, what):
    cases = some_cases(6, seed=5)
    if what == "location":
        other = with_pictures(
            cases, lambda item: replace(item, gland=np.ones_like(item.gland) ^ _dot(item))
        )
    elif what == "grey":
        other = with_pictures(cases, lambda item: replace(item, grey=(255 - item.grey) * 0.7))
    elif what == "report_text":
        other = changed(cases, report_text="Cystic nodule of 40 mm.")
    else:
        other = changed(cases, age_years=91.0, sex="male")
    model = fitted(config).model
    assert np.array_equal(model.risk(cases), model.risk(other))
    assert not np.allclose(learned.model.risk(cases), learned.model.risk(other), atol=1e-7)


def _dot(item: Item):
    """A gland of everything but one corner: another gland around the same lesion."""
    dot = np.zeros(item.grey.shape, dtype=bool)
    dot[:3, :3] = True
    return dot


@pytest.mark.parametrize(
    "config",
    [
        {"location": "raw"},
        {"fusion": "unidirectional"},
        {"cross_blocks": 0},
        {"cross_blocks": 2, "self_blocks": 0},
        {"patches": "pixels", "pool": "mean", "epochs": 1},
        {"location": "none", "morphology": False, "demographics": False},
        {"report": False, "demographics": False},
        {"text_layers": 1, "report_unit": "characters"},
        {"members": 2, "epochs": 1},
    ],
    ids=str,
)
def test_every_ablation_learns_judges_and_explains(config):
    found = fitted(config, training=some_cases(16), validation=some_cases(8, seed=1))
    case = some_cases(3, seed=5).only([0])
    assert 0 < found.model.risk(case)[0] < 1
    explanation = found.model.explain(case)
    assert sum(explanation.shares.values()) == pytest.approx(1)
    assert np.array_equal(LLNM_NET.restore(found.model.state()).risk(case), found.model.risk(case))


def test_attention_is_shared_out_painted_and_called_attention(learned):
    case = some_cases(3, seed=5).only([1])
    found = learned.model.explain(case)
    assert set(found.shares) == {"location", "morphology", "report", "demographics"}
    assert sum(found.shares.values()) == pytest.approx(1)
    assert [word for word, _ in found.words][:2] == ["solid", "nodule"]
    assert sum(weight for _, weight in found.words) == pytest.approx(1)
    views = case.views_of(case.frame["case_id"][0])
    for one in found.maps:
        assert one.values.shape == views[0].read().grey.shape
        assert one.values.max() in (0, 1)
        assert one.most >= 0
        assert one.values[:2, :2].max() == 0  # far from the lesion nothing is shown
    said = [(one.image_id, one.kind) for one in found.maps]
    assert said == [(view.image_id, kind) for view in views for kind in ("hiding", "attention")]
    assert found.map_of(views[1].image_id).kind == "hiding"
    assert "lose when a place is hidden" in found.notes[0]
    assert "not why" in found.notes[1]


def test_attention_flows_from_each_group_and_none_of_it_is_lost(learned):
    found = learned.model.explain(some_cases(3, seed=5).only([1]))
    kinds = {"location", "morphology", "report", "demographics"}
    flows = {(one.looking, one.seen): one.share for one in found.flows}
    assert set(flows) == {(one, other) for one in kinds for other in kinds}
    for looking in kinds:
        assert sum(flows[looking, seen] for seen in kinds) == pytest.approx(1)


def test_what_a_hidden_patch_loses_is_what_the_network_says_without_it(learned):
    """The oracle is the network's answer of the case with the patch taken out beforehand."""
    model, case = learned.model, some_cases(3, seed=5).only([1])
    prepared = model.prepared(case)
    batch = as_tensors(model.encoder.encoded(prepared), np.zeros(1, dtype=np.int64))
    lost = lost_log_odds(model, batch)
    whole, _ = model.scores(prepared)
    for group, place, token in (("texture", 0, 5), ("texture", 1, 0), ("location", 1, 4)):
        says = prepared.says[group].copy()
        says[0, place, token] = False
        left, _ = model.scores(replace(prepared, says={**prepared.says, group: says}))
        assert lost[group][place, token] == pytest.approx(whole[0] - left[0], abs=1e-5)
    assert max(np.abs(one).max() for one in lost.values()) > 1e-4


def test_one_picture_that_stands_for_both_views_loses_what_both_lose(learned):
    case = some_cases(3, seed=5).only([1])
    name = str(case.frame["case_id"].iloc[0])
    single = replace(case, views={name: case.views_of(name)[:1]})
    alone, pair = learned.model.explain(single), learned.model.explain(case)
    assert [one.kind for one in alone.maps] == ["hiding", "attention"]
    assert alone.maps[0].most == pytest.approx(2 * pair.maps[0].most, rel=1e-3)


def test_an_embedding_adds_up_to_the_log_odds_but_for_a_constant(learned):
    model, cases = learned.model, some_cases(9, seed=5)
    rows = model.embedding(cases)
    assert rows.dtype == np.float32
    log_odds, _ = model.scores(model.prepared(cases))
    constant = log_odds - rows.sum(axis=1)
    np.testing.assert_allclose(constant, constant[0], atol=1e-4)
    assert np.std(log_odds) > 0.01
    np.testing.assert_allclose(model.embedding(cases.only([4]))[0], rows[4], atol=1e-6)
    assert model.attributions(cases) is None


def test_one_view_is_enough_for_a_risk_and_is_doubted(learned):
    cases = some_cases(4, seed=5)
    single = replace(cases, views={name: own[:1] for name, own in cases.views.items()})
    assert np.isfinite(learned.model.risk(single)).all()
    assert any("one picture" in doubt for doubt in learned.model.doubts(single.only([0])))
    assert learned.model.doubts(cases.only([0])) == ()


def test_what_is_unlike_training_is_doubted(learned):
    case = changed(some_cases(4, seed=5).only([0]), age_years=99.0, report_text="Foo bar baz qux.")
    doubts = " ".join(learned.model.doubts(case))
    assert "99 years is outside" in doubts
    assert "did not occur in training" in doubts
    empty = changed(case, age_years=np.nan, report_text=None, sex=None)
    doubts = " ".join(learned.model.doubts(empty))
    assert "Age is unknown" in doubts
    assert "no report" in doubts
    assert np.isfinite(learned.model.risk(empty)).all()


BAD = {
    "black": (lambda item: replace(item, grey=np.zeros_like(item.grey)), "one grey level"),
    "empty lesion": (
        lambda item: replace(item, lesion=np.zeros_like(item.lesion)),
        "lesion is empty",
    ),
    "empty gland": (lambda item: replace(item, gland=np.zeros_like(item.gland)), "gland is empty"),
    "outside": (lambda item: replace(item, gland=_dot(item)), "entirely outside"),
    "no spacing": (lambda item: replace(item, spacing_mm=None), "how far apart"),
    "no capsule": (lambda item: replace(item, gland=np.ones_like(item.gland)), "no capsule"),
}


@pytest.mark.parametrize(("make", "words"), BAD.values(), ids=list(BAD))
def test_a_picture_that_cannot_be_used_is_refused_and_set_aside_in_training(learned, make, words):
    cases = some_cases(4, seed=5)
    bad = with_pictures(cases, make)
    with pytest.raises(UnfitCaseError, match=words):
        learned.model.risk(bad)
    training = some_cases(20)
    mixed = replace(
        training,
        frame=training.frame,
        views={
            **training.views,
            **{
                name: with_pictures(training, make).views[name] for name in list(training.views)[:2]
            },
        },
    )
    found = fitted({"epochs": 1}, training=mixed, validation=some_cases(8, seed=1))
    assert any("2 training cases were set aside" in note and words in note for note in found.notes)


def test_cases_without_pictures_or_outlines_are_refused_before_anything_is_read():
    cases = some_cases(20)
    without = replace(cases, views={})
    with pytest.raises(UnfitCaseError, match="20 of 20 cases cannot be read"):
        LLNM_NET.require(without, outcome="lateral", config=DEFAULTS)
    assert LLNM_NET.require(cases, outcome="lateral", config=DEFAULTS) == ()
    text_alone = {"location": "none", "morphology": False}
    assert LLNM_NET.require(without, outcome="lateral", config=text_alone) == ()


def test_what_is_thin_is_said_and_learned_from():
    cases = changed(some_cases(20), report_text=None)
    said = LLNM_NET.require(cases, outcome="lateral", config=DEFAULTS)
    assert any("20 of 20 cases have no report" in one for one in said)
    bare = replace(
        cases, frame=cases.frame.drop(columns=["report_text", "age_years", "sex", "risk_stage"])
    )
    model = fitted({"epochs": 1}, training=bare, validation=bare).model
    assert np.isfinite(model.risk(bare)).all()


@pytest.mark.parametrize("n", [12])
def test_too_few_cases_or_one_class_are_refused(n):
    with pytest.raises(MissingOutcomeError, match="at least 8 cases"):
        fitted(training=some_cases(n))
    one = some_cases(24)
    with pytest.raises(MissingOutcomeError, match="at least 8 cases"):
        LLNM_NET.require(changed(one, lateral=True), outcome="lateral", config={})


def test_a_report_of_a_million_letters_or_with_emoji_is_read(learned):
    case = some_cases(3, seed=5).only([0])
    for text in ("nodes " * 200_000, "😀" * 10, "结节 5mm"):
        assert 0 < learned.model.risk(changed(case, report_text=text))[0] < 1


def test_a_killed_training_goes_on_and_gives_what_an_unbroken_one_gives(tmp_path, learned):
    asked = {"count": 0}

    def stop():
        asked["count"] += 1
        return (tmp_path / "network-1").exists() and len(
            list((tmp_path / "network-1").iterdir())
        ) > 0

    with pytest.raises(TrainingStopped):
        fitted(run=Run(is_cancelled=stop, checkpoints=tmp_path))
    assert asked["count"] > 2
    resumed = fitted(run=Run(checkpoints=tmp_path))
    others = some_cases(6, seed=5)
    assert np.array_equal(resumed.model.risk(others), learned.model.risk(others))


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": "huge"},
        {"location": "x"},
        {"width": 10, "heads": 4},
        {"heads": 0},
        {"dropout": 1.0},
        {"learning_rate": 0.0},
        {"morphology": 1},
        {"nonsense": 1},
        {"location": "none", "morphology": False, "report": False, "demographics": False},
    ],
    ids=str,
)
def test_a_setting_that_cannot_be_is_refused_in_a_sentence(wrong):
    with pytest.raises(TrainingError):
        resolved(wrong)


def test_pictures_of_one_odd_size_are_read(learned):
    item = picture(1)
    wide = Item(item.grey[:, 5:50], item.lesion[:, 5:50], item.gland[:, 5:50], (0.4, 0.5))
    cases = with_pictures(some_cases(2, seed=5), lambda _: wide)
    assert np.isfinite(learned.model.risk(cases)).all()
