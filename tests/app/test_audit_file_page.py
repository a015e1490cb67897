"""Audit a file, opened as a stranger would."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.store.ingest.predictions_guess import guess_columns, profiles
from clnm_core.store.ingest.reading import read_table
from clnm_core.ui import audit_file_view, audited_file, entries, frame
from clnm_core.ui.audited_file import AuditedFile, Choice
from clnm_core.ui.example_table import NAME, example_csv
from tests.app.conftest import ROOT, OpenApp, words

FOLLOWING = [e.file for e in entries.PAGES if e.follows == entries.CASES and frame.is_there(e)]

BAD = b"id,y,p,centre\n1,1,0.9,A\n2,0,1.4,A\n3,1,,B\n4,0,0.2,B\n4,1,0.7,B\n6,0,abc,C\n7,1,0.8,C\n8,NX,0.3,C\n"


def uploaded(open_app: OpenApp, name: str, data: bytes) -> AppTest:
    app = open_app("audit_file.py")
    return app.file_uploader(key="audit_upload").upload(name, data).run()


def table(n: int, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    risk = random.random(n).round(4)
    return pd.DataFrame(
        {
            "case": [f"c{number}" for number in range(n)],
            "split": np.where(np.arange(n) % 3 == 0, "train", "test"),
            "sex": random.choice(["f", "m"], n),
            "outcome": np.where(random.random(n) < risk, "yes", "no"),
            "risk": risk,
        }
    )


def csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False).encode()


def keys(app: AppTest, part: str) -> str:
    """The key of a widget of the file that is there."""
    widgets: Sequence[object] = [*app.selectbox, *app.multiselect, *app.slider, *app.toggle]
    return next(
        str(w.key) for w in widgets if str(getattr(w, "key", "")).startswith(f"audit_{part}_")
    )


def test_one_press_on_the_example_gives_a_whole_audit(open_app: OpenApp) -> None:
    app = open_app("audit_file.py")
    app.button(key="audit_example").click().run()
    assert not app.exception
    text = words(app)
    assert "On 600 cases the AUC is 0.77" in text
    assert "SYNTHETIC" in text
    assert "Miscalibrated" in text
    assert len(app.get("plotly_chart")) == 5
    assert "Report as HTML" in [button.label for button in app.get("download_button")]


def test_the_example_shows_the_centre_that_was_made_to_fail(open_app: OpenApp) -> None:
    app = open_app("audit_file.py")
    app.button(key="audit_example").click().run()
    app.segmented_control[0].set_value("Subgroups").run()
    assert not app.exception
    assert "Sensitivity is lower for centre D" in words(app)
    assert "age_years" not in set(app.dataframe[0].value["Column"])


def test_an_upload_is_audited_without_another_press(open_app: OpenApp) -> None:
    app = uploaded(open_app, "risks.csv", csv(table(90)))
    assert not app.exception
    assert "On 90 cases the AUC is 0." in words(app)
    assert "Outcome: outcome = yes" in words(app)


@pytest.mark.parametrize("kind", ["tsv", "xlsx", "parquet"])
def test_other_kinds_of_tables_give_the_same_audit(open_app: OpenApp, kind: str) -> None:
    frame, stream = table(90), io.BytesIO()
    if kind == "tsv":
        stream.write(frame.to_csv(index=False, sep="\t").encode())
    elif kind == "xlsx":
        frame.to_excel(stream, index=False)
    else:
        frame.to_parquet(stream)
    plain = uploaded(open_app, "risks.csv", csv(frame))
    other = uploaded(open_app, f"risks.{kind}", stream.getvalue())
    assert not other.exception
    assert [m.value for m in other.metric] == [m.value for m in plain.metric]


def test_twelve_rows_are_enough_for_a_page(open_app: OpenApp) -> None:
    app = uploaded(open_app, "few.csv", csv(table(12)))
    assert not app.exception
    assert "On 12 cases" in words(app)
    assert len(app.get("plotly_chart")) == 5


def test_one_class_is_said_and_drawn_without_failing(open_app: OpenApp) -> None:
    frame = table(40).assign(outcome="yes")
    app = uploaded(open_app, "all.csv", csv(frame))
    app.selectbox(key=keys(app, "outcome")).set_value("outcome").run()
    app.multiselect(key=keys(app, "event")).set_value(["yes"]).run()
    assert not app.exception
    assert "All of the 40 cases have the outcome" in words(app)


def test_bad_rows_are_listed_and_wait_for_the_switch(open_app: OpenApp) -> None:
    app = uploaded(open_app, "bad.csv", BAD)
    app.selectbox(key=keys(app, "id")).set_value("id").run()
    assert "5 rows of 8 cannot be used" in words(app)
    assert not app.metric
    listed = app.dataframe[0].value
    assert list(listed["Row"]) == [3, 4, 6, 7, 9]
    assert list(listed["p"]) == ["1.4", "", "0.7", "abc", "0.3"]
    assert "outside" in listed["Why it cannot be used"].iloc[0]
    app.toggle(key=keys(app, "drop")).set_value(True).run()
    assert not app.exception
    assert "On 3 cases" in words(app)
    assert "5 rows were set aside" in words(app)


def test_a_file_that_is_no_table_gets_a_plain_sentence(open_app: OpenApp) -> None:
    app = uploaded(open_app, "picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00")
    assert not app.exception
    assert "picture.csv" in app.error[0].value.replace("\\", "")
    assert len(app.file_uploader) == 1


def test_a_table_without_a_risk_asks_for_it(open_app: OpenApp) -> None:
    app = uploaded(open_app, "words.csv", b"y,name\nyes,a\nno,b\nyes,c\n")
    assert not app.exception
    assert "no column of numbers" in app.info[0].value


def test_a_word_that_is_not_known_is_asked_for(open_app: OpenApp) -> None:
    app = uploaded(open_app, "colours.csv", b"outcome,risk\nblue,0.1\nred,0.9\nblue,0.2\nred,0.4\n")
    assert "Choose which words of outcome say that the outcome happened" in app.info[0].value
    app.multiselect(key=keys(app, "event")).set_value(["red"]).run()
    assert not app.exception
    assert "Outcome: outcome = red (2); without: blue (2)." in words(app)


def test_a_split_can_be_judged_alone(open_app: OpenApp) -> None:
    app = uploaded(open_app, "risks.csv", csv(table(90)))
    assert "training cases, which flatter the model" in words(app)
    app.selectbox(key=keys(app, "part")).set_value("test").run()
    assert "On 60 cases" in words(app)
    assert "flatter" not in words(app)


def test_another_file_starts_anew(open_app: OpenApp) -> None:
    app = uploaded(open_app, "risks.csv", csv(table(90)))
    app.slider(key=keys(app, "threshold")).set_value(0.2).run()
    app.button(key="audit_another").click().run()
    assert "risks.csv" not in words(app)
    app.file_uploader(key="audit_upload").upload("more.csv", csv(table(60, seed=3))).run()
    assert "On 60 cases" in words(app)
    assert app.slider(key=keys(app, "threshold")).value == 0.5


def test_nothing_of_a_file_enters_the_link(open_app: OpenApp) -> None:
    app = uploaded(open_app, "risks.csv", csv(table(90)))
    assert not set(app.query_params) - {"cohort", "outcome"}
    bound = [w for w in (*app.selectbox, *app.slider) if str(w.key).startswith("audit_")]
    assert bound
    assert not any(w.proto.query_param_key for w in bound)


def test_the_download_is_the_audit_of_the_command_line() -> None:
    data = example_csv()
    read = read_table(data, NAME)
    found = profiles(read)
    file = AuditedFile(1, read, found, guess_columns(found))
    choice = Choice("lateral_metastasis", ("yes",), "predicted_risk", id="case_id", by=("centre",))
    done = audit_file_view.whole(file, choice, "", 0.3).to_dict()
    assert json.dumps(done, allow_nan=False)
    assert (done["n"], done["threshold"]) == (600, 0.3)
    assert {group["column"] for group in done["groups"]} == {"centre"}
    assert audited_file.read(file, choice) is audited_file.read(file, choice)


def test_results_of_a_file_are_kept_up_to_a_limit() -> None:
    read = read_table(b"y,p\n1,0.9\n0,0.1\n", "t.csv")
    file = AuditedFile(1, read, profiles(read), guess_columns(profiles(read)))
    for number in range(40):
        assert file.computed(("n", number), lambda number=number: number) == number
    assert len(file.results) == 12


def opened_everywhere(open_app: OpenApp, data: pd.DataFrame) -> AppTest:
    app = uploaded(open_app, "risks.csv", csv(data))
    return app.button(key="audit_open").click().run()


@pytest.mark.parametrize("file", FOLLOWING)
@pytest.mark.parametrize("rows", [12, 240])
def test_every_page_that_follows_the_cases_takes_the_uploaded_file(
    open_app: OpenApp, file: str, rows: int
) -> None:
    app = opened_everywhere(open_app, table(rows))
    app.switch_page(str(ROOT / "pages" / file)).run()
    assert not app.exception
    text = words(app)
    assert f"**Your file** · all cases: {rows} of {rows} patients" in text
    assert not app.error


def test_another_visitor_does_not_have_the_file(open_app: OpenApp) -> None:
    mine = opened_everywhere(open_app, table(90))
    assert mine.selectbox(key="cohort").value == "your-file"
    other = open_app("performance.py")
    assert "Your file" not in other.selectbox(key="cohort").options
    linked = open_app("performance.py", cohort="Your file")
    assert "which this store does not have" in words(linked)


def test_letting_go_of_the_file_goes_back_to_the_store(open_app: OpenApp) -> None:
    app = opened_everywhere(open_app, table(90))
    app.button(key="audit_another").click().run()
    assert not app.exception
    assert "Your file" not in app.selectbox(key="cohort").options


def test_two_risks_in_one_file_are_two_models(open_app: OpenApp) -> None:
    data = table(120)
    data["other_risk"] = (data["risk"] * 0.9).round(3)
    app = opened_everywhere(open_app, data)
    app.switch_page(str(ROOT / "pages" / "performance.py")).run()
    assert app.selectbox(key="model").options == ["Risk", "Other risk"]
    assert not app.exception


def test_a_second_file_does_not_show_what_was_computed_for_the_first(open_app: OpenApp) -> None:
    app = opened_everywhere(open_app, table(90))
    app.switch_page(str(ROOT / "pages" / "performance.py")).run()
    first = words(app)
    app.switch_page(str(ROOT / "pages" / "audit_file.py")).run()
    app.button(key="audit_another").click().run()
    app.file_uploader(key="audit_upload").upload("risks.csv", csv(table(90, seed=5))).run()
    app.button(key="audit_open").click().run()
    app.switch_page(str(ROOT / "pages" / "performance.py")).run()
    assert words(app) != first
