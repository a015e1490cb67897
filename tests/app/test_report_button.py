"""The report of a stored model, as the button makes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import LinkError
from clnm_core.report.model_report import audit_model, model_html
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import report_button
from tests.small_store import NECK

QUERY = CohortQuery(NECK, "lateral", "external")
LARGEST = 3_000_000
"""Characters that a report may have."""


@pytest.fixture(scope="module")
def page(small_store: Path) -> str:
    with Warehouse.open(small_store) as warehouse:
        return report_button.report(warehouse, QUERY, "sharp", 0.4, ("centre", "sex", "age_years"))


def test_the_report_is_one_file_that_asks_for_nothing(page: str) -> None:
    assert len(page) < LARGEST
    assert not re.search(r"""(?:src|href|url)\s*[=(]""", page)
    assert "<script" not in page
    assert page.count("http://") == page.count('xmlns="http://www.w3.org/2000/svg"')
    assert "https://" not in page


def test_it_names_cohort_split_model_and_that_patients_are_simulated(page: str) -> None:
    assert "<h1>Audit of Sharp model on Neck study</h1>" in page
    assert "Synthetic data: these patients are simulated." in page
    assert "split external; outcome Lateral neck metastasis" in page
    assert "positive when its risk is at or above 0.40" in page


def test_it_holds_groups_their_calibration_and_checklists_from_the_store(page: str) -> None:
    assert "Calibration by sex" in page
    assert "filled from the store" in page
    assert "No ultrasound before surgery" in page or "no ultrasound before surgery (31)" in page
    for title in ("TRIPOD+AI 2024", "CLAIM 2024", "METRICS 2024", "RQS"):
        assert f"<h2>{title}</h2>" in page
    assert not re.search(r"\bnan\b", page)


def test_a_model_can_be_reported_without_groups_and_not_by_a_column_that_is_not_there(
    small_store: Path,
) -> None:
    with Warehouse.open(small_store) as warehouse:
        audited = audit_model(warehouse, QUERY, "blunt", bootstrap=5)
        assert audited.found.groups == ()
        assert audited.curves == ()
        assert "Groups" not in model_html(warehouse, QUERY, "blunt", audited).split("Methods")[0]
        with pytest.raises(LinkError, match="no column 'shoe_size'"):
            audit_model(warehouse, QUERY, "blunt", columns=("shoe_size",))


def _offer() -> None:
    from clnm_core.domain.cohort import CohortQuery
    from clnm_core.ui import cached, report_button
    from tests.small_store import NECK

    query = CohortQuery(NECK, "lateral", "external")
    report_button.offer(query, cached.models(NECK)[0], 0.4)


def test_the_button_is_offered(small_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLNM_STORE", str(small_store))
    app = AppTest.from_function(_offer, default_timeout=60).run()
    assert not app.exception
    button = app.get("download_button")[0]
    assert button.proto.label == "Report as HTML"
