"""Every page, opened as a visitor would."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store.schema import create_cohort, insert
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection
from clnm_core.ui import entries
from tests.app.conftest import ROOT, OpenApp, words
from tests.small_store import CASES, CLINIC, NECK

FILES = [entry.file for entry in entries.PAGES if (ROOT / "pages" / entry.file).exists()]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("cohort", [NECK, CLINIC])
def test_every_page_opens_for_every_cohort_with_the_frame_around_it(
    open_app: OpenApp, file: str, cohort: str
) -> None:
    app = open_app(file, cohort=cohort)
    assert not app.exception
    assert not app.error
    question = next(entry.question for entry in entries.PAGES if entry.file == file)
    assert app.title[0].value == question
    assert "Not a medical device" in words(app)
    assert "store version 1" in words(app)


def test_every_page_file_is_in_the_navigation() -> None:
    on_disk = {path.name for path in (ROOT / "pages").glob("*.py")}
    assert on_disk <= {entry.file for entry in entries.PAGES}


def test_overview_says_who_is_in_the_cohort(open_app: OpenApp) -> None:
    text = words(open_app())
    assert f"233 patients of 3 centres with {CASES} cases" in text
    assert "15 with unknown outcome are set aside" in text


def test_table_one_follows_the_picked_column(open_app: OpenApp) -> None:
    app = open_app()
    assert heads_of(app) == ["Variable", "Level", "All", "train", "external", "SMD", "p", "Test"]
    app.selectbox(key="by").set_value("centre").run()
    assert {"centre 1", "centre 2", "centre 3", "SMD", "p"} <= set(heads_of(app))
    app.selectbox(key="by").set_value("").run()
    assert heads_of(app) == ["Variable", "Level", "All"]


def test_table_one_counts_what_is_missing(open_app: OpenApp) -> None:
    rows = rows_of(open_app(), "Table 1")
    age = next(place for place, row in enumerate(rows) if "Age (years)" in row[0])
    assert rows[age + 2][:2] == ["unknown", "22 (9.2 %)"]


def test_table_one_of_one_stratum_has_nothing_to_compare(open_app: OpenApp) -> None:
    app = open_app(split="external", by="Split")
    assert not app.exception
    assert heads_of(app)[:4] == ["Variable", "Level", "All", "external"]


def test_the_choice_for_table_one_stays_while_filters_move(open_app: OpenApp) -> None:
    app = open_app(by="Centre")
    app.multiselect(key="filters").set_value(["centre"]).run()
    app.multiselect(key="centre").set_value(["centre 1"]).run()
    assert app.selectbox(key="by").value == "centre"


def table_of(app: AppTest, name: str) -> str:
    return next(str(block.value) for block in app.html if f"aria-label='{name}" in str(block.value))


def heads_of(app: AppTest) -> list[str]:
    return re.findall(r"<th [^>]*>(.*?)</th>", table_of(app, "Table 1"))


def rows_of(app: AppTest, name: str = "Selected cases") -> list[list[str]]:
    """A table as it is drawn: one list of cells per row."""
    body = table_of(app, name).split("<tbody>")[1]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in body.split("<tr>")[1:]]


def case_of(row: list[str]) -> str:
    return re.sub("<.*?>", "", row[0])


def test_cases_are_listed_25_at_a_time_with_words_for_values(open_app: OpenApp) -> None:
    rows = rows_of(open_app("cases.py"))
    assert len(rows) == 25
    assert {re.sub("<.*?>", "", row[4]) for row in rows} <= {"yes", "no", "unknown"}
    assert "src='data:image/png;base64," in rows[0][1]


def test_a_row_links_to_its_case_and_keeps_the_filters(open_app: OpenApp) -> None:
    rows = rows_of(open_app("cases.py", filters="Sex", sex="male", order="Age"))
    target = re.search(r"href='case\?(.*?)'", rows[0][0])
    assert target
    asked = parse_qs(unescape(target[1]))
    assert asked == {"filters": ["Sex"], "sex": ["male"], "case": [case_of(rows[0])]}


def test_the_last_page_holds_the_rest(open_app: OpenApp) -> None:
    rows = rows_of(open_app("cases.py", page="10"))
    assert case_of(rows[-1]) == f"case-{CASES - 1:04d}"


def test_cases_are_sorted_in_the_store(open_app: OpenApp) -> None:
    app = open_app("cases.py", descending="true")
    app.selectbox(key="order").set_value("max_diameter_mm").run()
    sizes = [float(row[8]) for row in rows_of(app)]
    assert sizes == sorted(sizes, reverse=True)


def test_a_page_behind_the_last_becomes_the_last(open_app: OpenApp) -> None:
    app = open_app("cases.py", page="10")
    app.multiselect(key="filters").set_value(["sex"]).run()
    app.multiselect(key="sex").set_value(["male"]).run()
    assert not app.exception
    assert 0 < len(rows_of(app)) <= 25


def test_a_case_is_shown_in_words_with_unit(open_app: OpenApp) -> None:
    app = open_app("case.py", case="case-0004")
    html = " ".join(str(block.value) for block in app.html)
    assert "33 years" in html
    assert "ill_defined" not in html
    assert "true_risk" not in html
    assert "Lateral neck metastasis was not found" in words(app)
    assert "*No* calcification" in words(app)


def test_next_goes_to_the_next_selected_case(open_app: OpenApp) -> None:
    app = open_app("case.py", filters="sex", sex="male")
    assert "1 of " in words(app)
    app.button(key="next_case").click().run()
    assert "2 of " in words(app)
    assert app.session_state["case"].startswith("case-")


def test_a_case_that_is_not_there_is_said_in_a_sentence(open_app: OpenApp) -> None:
    app = open_app("case.py", case="case-9999")
    assert not app.exception
    assert "no case" in app.error[0].value
    assert "Not a medical device" in words(app)


def test_a_case_outside_the_filters_is_shown_and_said_to_be_outside(open_app: OpenApp) -> None:
    app = open_app("case.py", case="case-0000", filters="sex", sex="male")
    assert "Not among the cases that the filters select" in words(app)


@pytest.mark.parametrize("file", FILES)
def test_a_page_also_runs_by_itself(
    file: str, small_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLNM_STORE", str(small_store))
    app = AppTest.from_file(str(ROOT / "pages" / file), default_timeout=60).run()
    assert not [e for e in app.exception if "page" not in str(e.message).lower()]


@pytest.mark.parametrize("file", ["overview.py", "cases.py", "case.py"])
def test_a_cohort_without_any_outcome_is_still_shown(
    file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def build(con: Connection) -> None:
        create_cohort(con, "list", BUILT_IN.only(["case_id", "patient_id", "sex", "age_years"]))
        rows = {"case_id": ["a", "b", "c"], "patient_id": ["p", "q", "r"]}
        rows |= {"sex": ["female", "male", "male"], "age_years": [40.0, 50.0, None]}
        insert(con, "list", "cases", pd.DataFrame(rows))

    publish(tmp_path / "store", build, action="test", detail={})
    monkeypatch.setenv("CLNM_STORE", str(tmp_path / "store"))
    app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=60).run()
    if file != "overview.py":
        app.switch_page(str(ROOT / "pages" / file)).run()
    assert not app.exception
    assert not app.error
    assert "3 of 3 patients" in words(app)
