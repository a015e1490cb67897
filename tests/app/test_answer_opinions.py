"""The first part of an answer: every model in a row, and what stands behind its numbers."""

from __future__ import annotations

import re

from streamlit.testing.v1 import AppTest

from tests.app.conftest import words


def answered() -> None:
    """One case and two models that disagree; a third cannot be believed yet."""
    import numpy as np
    import pandas as pd

    from clnm_core.domain.cohort import CohortQuery
    from clnm_core.explain.opinion import opinion
    from clnm_core.explain.standing import Standing
    from clnm_core.stats.uncertainty import Estimate
    from clnm_core.store.records import ModelRecord
    from clnm_core.systems.case import CaseReport
    from clnm_core.ui import answer_opinions
    from clnm_core.ui.asked import Asked

    generator = np.random.default_rng(4)
    y = np.arange(120) % 2 == 0
    risk = 1 / (1 + np.exp(-generator.normal(np.where(y, 1.5, -1.5), 1)))
    known = Standing("sure", "validation", y, risk, np.arange(120).astype(object))
    records = tuple(ModelRecord(name, "demo", "lateral", "clinical")
                    for name in ("sure", "unsure", "<b>new</b>"))  # fmt: skip
    opinions = []
    for record, value, has in zip(records, (0.95, 0.31, 0.5), (True, True, False), strict=True):
        none = Estimate(value, float("nan"), float("nan"), 0.95, "no interval: one network")
        report = CaseReport(record.name, "demo", "lateral", "Lateral neck metastasis", none, 0.4,
                            (), (), pd.DataFrame(), "")  # fmt: skip
        opinions.append(opinion(report, known if has else Standing.empty(record.name)))
    answer_opinions.draw(
        Asked(CohortQuery("demo", "lateral"), "", {}, "", (), (), records=records,
              opinions=tuple(opinions))
    )  # fmt: skip


def staged() -> None:
    """A model that was taught stages, and one that was not."""
    import pandas as pd

    from clnm_core.domain.cohort import CohortQuery
    from clnm_core.explain.opinion import opinion
    from clnm_core.explain.standing import Standing
    from clnm_core.stats.uncertainty import Estimate
    from clnm_core.store.records import ModelRecord
    from clnm_core.systems.case import CaseReport
    from clnm_core.systems.risk_stage import RiskStage, TaughtStages
    from clnm_core.ui import answer_opinions
    from clnm_core.ui.asked import Asked

    taught = TaughtStages(("low", "medium", "high"), (9, 8, 7), ((3, 1, 0), (1, 4, 0), (0, 2, 0)))
    records, opinions = [], []
    for name, stage in (("clinical", None), ("llnm-net", RiskStage((0.2, 0.3, 0.5), taught))):
        none = Estimate(0.6, float("nan"), float("nan"), 0.95, "no interval: one network")
        report = CaseReport(name, "demo", "lateral", "Lateral neck metastasis", none, 0.4, (), (),
                            pd.DataFrame(), "", stage=stage)  # fmt: skip
        records.append(ModelRecord(name, "demo", "lateral", name))
        opinions.append(opinion(report, Standing.empty(name)))
    answer_opinions.draw(
        Asked(CohortQuery("demo", "lateral"), "", {}, "", (), (), records=tuple(records),
              opinions=tuple(opinions))
    )  # fmt: skip


def unanswered() -> None:
    """No model could judge the case."""
    from clnm_core.domain.cohort import CohortQuery
    from clnm_core.ui import answer_opinions
    from clnm_core.ui.asked import Asked

    answer_opinions.draw(Asked(CohortQuery("demo", "lateral"), "", {}, "", (), ()))


def test_every_model_has_a_row_with_risk_interval_threshold_and_class() -> None:
    app = AppTest.from_function(answered, default_timeout=60).run()
    assert not app.exception
    assert "Two of three models reach their threshold" in words(app)
    markup = app.get("html")[0].proto.body
    rows = re.findall(r"<tr>(.*?)</tr>", markup)[1:]
    assert len(rows) == 3
    assert re.search(r"95 % \(\d+–\d+\).*40 %, reached.*High: at 90 % only “present” fits", rows[0])
    assert "31 %" in rows[1]
    assert "40 %, not reached" in rows[1]
    assert "Not known: too few cases" in rows[2]
    assert "<b>new" not in markup


def test_numbers_are_explained_and_what_is_not_known_is_said() -> None:
    text = words(AppTest.from_function(answered, default_timeout=60).run())
    assert "calibration on 120 validation cases (Wald, log-odds)" in text
    assert "Of 100 cases with lateral neck metastasis the threshold of 40 % finds" in text
    assert "No case that did not teach this model has a known outcome" in text


def test_no_model_is_said_to_be_none() -> None:
    app = AppTest.from_function(unanswered, default_timeout=60).run()
    assert not app.exception
    assert "No model could judge this case." in words(app)


def test_the_stage_stands_with_the_model_that_says_one_and_with_no_other() -> None:
    app = AppTest.from_function(staged, default_timeout=60).run()
    assert not app.exception
    _, markup = (one.proto.body for one in app.get("html"))
    assert "llnm-net: most likely high" in markup
    assert re.search("20.%.*30.%.*50.%", markup)
    assert "clinical" not in markup
    assert words(app).count("not calibrated") == 1
    assert "never called one “high”, which 2 of them were" in words(app)
    assert len(AppTest.from_function(answered, default_timeout=60).run().get("html")) == 1
