"""The Systems page: what can be learned, a training as a job, and all that was tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.jobs import queue
from clnm_core.jobs.table import changing
from clnm_core.store.ablation_tables import AblationTable, write_ablation
from clnm_core.ui import cached_models
from tests.app.conftest import OpenApp, words
from tests.app.fake_system import LEARNERS, FakeSystem, publish_trained
from tests.small_store import CLINIC, NECK, build_small_store, train_clinical
from tests.unit.report.leaks import LEAK
from tests.unit.report.variant_rows import FACTS, ROWS

SYSTEM = "Score model"


@pytest.fixture
def own_store(tmp_path: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that a test may write to, one system that needs no torch, and no worker."""
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))
    monkeypatch.setattr(cached_models, "system_of", lambda name: FakeSystem())
    for module in ("systems_form", "systems_ablation", "job_cards"):
        monkeypatch.setattr(f"clnm_core.ui.{module}.ensure_worker", lambda root: None)
    return root


def open_systems(open_app: OpenApp, **params: str) -> AppTest:
    app = open_app(
        "systems.py", **{"cohort": NECK, "outcome": "lateral", "system": SYSTEM, **params}
    )
    assert not app.exception
    return app


def train(app: AppTest) -> AppTest:
    next(button for button in app.button if button.label == "Train").click().run()
    assert not app.exception
    return app


def test_every_system_says_what_the_cohort_has_for_it(own_store: Path, open_app: OpenApp) -> None:
    said = words(open_systems(open_app))
    assert "Lateral neck metastasis can be learned from 225 cases" in said
    assert "4 of 5 systems have what they need" in said
    assert "It lacks CT pictures of single nodes" in said
    assert "It has 40 outlined glands and a report" in said
    assert "No model of it is trained yet" in said


def test_a_cohort_without_pictures_is_told_which_parts_remain(
    own_store: Path, open_app: OpenApp
) -> None:
    said = words(open_systems(open_app, cohort=CLINIC, outcome="any"))
    assert "3 of 5 systems have what they need" in said
    assert "only the parts that read findings can be learned" in said
    assert "It lacks ultrasound with an outlined lesion" in said


def test_a_system_that_does_not_fit_offers_no_training(own_store: Path, open_app: OpenApp) -> None:
    app = open_systems(open_app, system="CT CAD")
    assert not [button for button in app.button if button.label == "Train"]
    assert any("It lacks CT pictures" in str(one.value) for one in app.info)


def test_the_system_itself_looks_at_every_case(
    own_store: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Cases for training alone: those of the external split teach nothing.
    assert "154 cases have lateral known" in words(open_systems(open_app))
    refusal = "12 of 225 cases have no outline. Draw them, or leave the cases out."
    monkeypatch.setattr(cached_models, "system_of", lambda name: FakeSystem(refusal))
    app = open_systems(open_app, outcome="central")
    assert any(refusal in str(one.value).replace("\\", "") for one in app.warning)


def test_train_puts_one_job_into_the_queue_with_what_was_changed(
    own_store: Path, open_app: OpenApp
) -> None:
    app = open_systems(open_app)
    app.number_input(key="train_score-model_epochs").set_value(3)
    app.toggle(key="train_score-model_centres").set_value(True)
    app.selectbox(key="train_score-model_device").set_value("cpu")
    train(app)
    (job,) = queue.jobs(own_store)
    assert job.kind == "train"
    assert job.parameters == {
        "cohort": NECK, "system": "score-model", "outcome": "lateral",
        "name": "score-model-lateral", "device": "cpu", "config": {"epochs": 3},
        "seed": 0, "leave_centres_out": True,
    }  # fmt: skip
    assert "Waits for its turn" in str(app.get("progress")[0].proto.text)


def test_a_name_that_is_being_trained_is_not_trained_twice(
    own_store: Path, open_app: OpenApp
) -> None:
    queue.submit(
        own_store,
        "train",
        {"cohort": NECK, "name": "score-model-lateral"},
        title="Train score-model-lateral",
        actor="colleague",
    )
    app = train(open_systems(open_app))
    assert len(queue.jobs(own_store)) == 1
    assert any("under way already" in str(one.value) for one in app.warning)


def test_a_failed_training_says_why_and_can_go_on(own_store: Path, open_app: OpenApp) -> None:
    job = queue.submit(own_store, "train", {"cohort": NECK, "name": "x"}, title="Train x")
    with changing(own_store) as con:
        con.execute(
            "UPDATE jobs SET state = 'failed', error = ? WHERE id = ?",
            ("Only 4 cases have the outcome. Choose another.", job.id),
        )
    app = open_systems(open_app)
    assert any("Only 4 cases have the outcome" in str(one.value) for one in app.error)
    app.button(key=f"resume_{job.id}").click().run()
    assert queue.job(own_store, job.id).state == "queued"


def test_all_that_was_tried_is_shown_and_never_only_the_winner(
    own_store: Path, open_app: OpenApp
) -> None:
    publish_trained(own_store)
    app = open_systems(open_app)
    said = words(app)
    assert "score has an AUC of" in said
    assert "All 3 learners, networks and parts that were tried stand below" in said
    assert "No report was read" in said
    tried = next(frame.value for frame in app.dataframe if "Tried" in frame.value)
    assert set(tried["Tried"]) == {"the model itself", *LEARNERS.values()}
    assert tried["AUC"].notna().all()
    assert (tried["AUC, interval"] != "–").all()
    assert len(app.get("plotly_chart")) == 5


def test_the_epoch_that_was_kept_is_named(own_store: Path, open_app: OpenApp) -> None:
    publish_trained(own_store)
    said = words(open_systems(open_app))
    assert "small: epoch 3 of 7 was kept, validation AUC 0.90" in said
    assert "large: epoch 5 of 7 was kept" in said


def test_what_dividing_images_would_have_promised_is_shown_as_no_figure_of_the_model(
    own_store: Path, open_app: OpenApp
) -> None:
    publish_trained(own_store)
    assert "Leak:" not in words(open_systems(open_app))
    facts = {"leak": LEAK.to_dict()}
    candidates = [{"name": "svm", "model": "score-svm", "facts": facts}]
    publish_trained(own_store, candidates=candidates, notes=[LEAK.sentence, "One more."])
    app = open_systems(open_app)
    said = words(app)
    assert "No figure here is one of the model" in said
    table = next(str(one.proto.body) for one in app.get("html") if "(leaks)" in one.proto.body)
    assert "+0.081 (0.050–0.112)" in table
    assert said.count("dividing images would have promised an AUROC of 0.861") == 1
    assert "One more." in said


def llnm_net(open_app: OpenApp) -> AppTest:
    return open_systems(open_app, system="LLNM-Net")


def test_what_each_part_is_worth_is_offered_with_an_honest_time(
    own_store: Path, open_app: OpenApp
) -> None:
    said = words(llnm_net(open_app))
    assert "No ablation of LLNM-Net was made for this outcome yet" in said
    assert "no training of LLNM-Net was timed on this cohort" in said
    publish_trained(own_store, name="net", system="llnm-net", seconds=90.0, device="cpu")
    said = words(llnm_net(open_app))
    assert "11 trainings, about 16 minutes in all" in said
    assert "that of the model net, on cpu" in said
    assert "What each part is worth" not in words(open_systems(open_app))


def test_every_variant_is_trained_as_one_job_that_can_be_cancelled(
    own_store: Path, open_app: OpenApp
) -> None:
    app = llnm_net(open_app)
    app.selectbox(key="ablation_seeds").set_value(3).run()
    assert "33 trainings" in words(app)
    app.button(key="ablation_start").click().run()
    app.button(key="ablation_start").click().run()
    assert not app.exception
    (job,) = queue.jobs(own_store)
    assert job.kind == "ablate"
    assert job.parameters == {
        "cohort": NECK, "outcome": "lateral", "seeds": 3, "device": "auto"
    }  # fmt: skip
    app.button(key=f"cancel_{job.id}").click().run()
    assert queue.job(own_store, job.id).state == "cancelled"


def test_the_last_table_of_variants_is_shown_and_nothing_is_computed_for_it(
    own_store: Path, open_app: OpenApp
) -> None:
    write_ablation(own_store, NECK, "lateral", AblationTable(FACTS, ROWS))
    write_ablation(own_store, NECK, "central", AblationTable(FACTS, ROWS[:0]))
    app = llnm_net(open_app)
    said = words(app)
    assert "It loses most without the location map: −0.100" in said
    assert "as that of the full model in the last table, on cpu" in said
    table = next(str(one.proto.body) for one in app.get("html") if "in the paper" in one.proto.body)
    assert "−0.100 (−0.120 to −0.080)" in table
    assert "No split but training has cases" in words(
        open_systems(open_app, system="LLNM-Net", outcome="central")
    )


def test_a_link_chooses_whose_curves_are_drawn(own_store: Path, open_app: OpenApp) -> None:
    publish_trained(own_store)
    app = open_systems(open_app, tried="Random forest")
    assert app.multiselect(key="tried").value == ["score-forest"]
    assert "Choose two or more to draw their curves" in words(app)


def test_what_was_tried_is_no_model_of_its_own_to_train_or_pick(
    own_store: Path, open_app: OpenApp
) -> None:
    publish_trained(own_store)
    app = open_systems(open_app)
    assert app.selectbox(key="model").options == ["score"]
    assert "1 model of it is trained already" in words(app)


def test_a_link_may_name_a_system_as_the_command_line_does(
    own_store: Path, open_app: OpenApp
) -> None:
    app = open_systems(open_app, system="score-model")
    (picked,) = [one for one in app.segmented_control if one.key == "system"]
    assert picked.value == SYSTEM


def test_links_that_ask_for_what_is_not_there_open_the_usual(
    own_store: Path, open_app: OpenApp
) -> None:
    publish_trained(own_store)
    app = open_systems(open_app, model="gone", tried="nobody")
    assert app.selectbox(key="model").value == "score"
    assert any("asks for the model “gone”" in str(one.value) for one in app.warning)


def test_a_linear_model_is_read_off_a_nomogram_once_it_is_asked_for(
    own_store: Path, open_app: OpenApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("CLNM_STORE", str(own_store))
    train_clinical(own_store)
    app = open_systems(open_app, system="Logistic baseline")
    before = len(app.get("plotly_chart"))
    app.toggle(key="systems_nomogram").set_value(True).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == before + 1
    assert "For instance," in words(app)
