"""Claims about the one-file report of an audit."""

import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.predictions import Predictions
from clnm_core.report.answers import audit_answer
from clnm_core.report.audit_html import audit_html
from clnm_core.report.sheet import escaped
from clnm_core.report.wording import RESEARCH_USE
from clnm_core.stats.audit import Audit, audit
from clnm_core.stats.metrics import METRICS

HOSTILE = '"><script>alert(1)</script><img src=http://evil.example/x onerror=alert(1)>'
VOID = {"meta", "img", "br", "line", "circle", "polyline", "polygon"}


class Reader(HTMLParser):
    """Tags, attributes and text of a page; fails where a tag is closed that is not open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.words))


def made(n: int = 400, **more) -> Audit:
    rng = np.random.default_rng(3)
    risk = rng.beta(2, 3, n)
    y = rng.random(n) < np.clip(risk * 1.2, 0, 1)
    centre = rng.choice(["North", HOSTILE], n)
    centre[:5] = "Tiny"
    groups = pd.DataFrame({"centre_name": centre, HOSTILE: rng.choice(["a", "b"], n)})
    options = {"groups": groups, "bootstrap": 20} | more
    return audit(Predictions.of(y, risk), **options)


@pytest.fixture(scope="module")
def report() -> Audit:
    return made(excluded=[{"row": row, "reason": f"risk {HOSTILE}"} for row in (3, 9)])


@pytest.fixture(scope="module")
def page(report) -> Reader:
    return Reader(audit_html(report, title=f"file {HOSTILE}"))


def test_a_hostile_label_title_or_reason_stays_text(page):
    names = {tag for tag, _ in page.tags}
    assert "script" not in names
    assert "img" not in names
    assert page.text.count("<script>alert(1)</script>") >= 5
    assert page.open == []


def test_no_attribute_runs_code_or_asks_for_anything_outside(page):
    for _, attributes in page.tags:
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"src", "href", "action", "data"}
            if name not in {"xmlns", "aria-label"}:
                assert "http" not in (value or "")


def test_the_policy_of_the_file_loads_nothing():
    head = audit_html(made(), title="x").split("</head>")[0]
    assert "default-src 'none'" in head
    assert "@import" not in head
    assert "url(" not in head


def test_it_begins_with_the_answer_and_says_what_it_is_for(report, page):
    assert audit_answer(report) in page.text
    assert page.text.index(audit_answer(report)) < page.text.index("Findings")
    assert page.text.count(RESEARCH_USE) == 2


def test_every_measure_is_there_with_its_interval_and_method(report):
    text = audit_html(report, title="x")
    for metric in METRICS:
        estimate = report.overall[metric.name]
        row = re.search(f"<tr><td>{metric.label}</td>(.*?)</tr>", text)
        assert row is not None
        assert escaped(estimate.method) in row[1]


def test_there_are_four_curves_each_with_a_description(page):
    drawn = [a["aria-label"] for tag, a in page.tags if tag == "svg"]
    for words in ("ROC curve", "Precision-recall curve", "Calibration curve", "Decision curve"):
        assert sum(label.startswith(words) for label in drawn) == 1


def test_every_group_is_listed_and_those_too_small_are_not_scored(report, page):
    text = page.text
    for group in report.groups:
        assert group.level in text
    assert "centre name: Tiny (too few)" in text
    assert "not estimable: fewer than 10 cases" in text


def test_every_gap_has_its_verdict_and_shown_gaps_come_first(report):
    text = audit_html(report, title="x")
    table = text[text.index("Gaps between groups") :]
    verdicts = re.findall(r"<b>gap</b>|not enough data(?=</td>)|no gap beyond the margin", table)
    assert len(verdicts) == len(report.gaps)
    assert verdicts == sorted(
        verdicts, key=["<b>gap</b>", "not enough data", "no gap beyond the margin"].index
    )


def test_findings_and_rows_set_aside_are_listed(report, page):
    for finding in report.findings:
        assert finding.code in page.text
    assert "3, 9" in page.text


def test_labels_stand_in_for_names_of_columns(report):
    assert "Hospital: North" in audit_html(report, title="x", labels={"centre_name": "Hospital"})


def test_numbers_are_said_as_the_rest_of_the_product_says_them(report, page):
    area = report.overall["auc"]
    assert f"{area.value:.3f}" in page.text
    assert f"{area.low:.3f}–{area.high:.3f}" in page.text
    assert "nan" not in page.text.lower().replace("finance", "")


@pytest.mark.parametrize(
    ("y", "risk"),
    [
        ([True] * 12, np.full(12, 0.3)),
        ([False] * 12, np.linspace(0, 1, 12)),
        ([True], [1.0]),
        ([True, False] * 10, np.full(20, 0.5)),
        ([True] * 10 + [False] * 10, [1.0] * 10 + [0.0] * 10),
    ],
)
def test_a_table_that_allows_little_still_gives_a_whole_report(y, risk):
    page = Reader(audit_html(audit(Predictions.of(y, risk), bootstrap=20), title="x"))
    assert page.open == []
    assert not re.search(r"\bnan\b", page.text)
    assert "Methods" in page.text


def test_long_lists_of_rows_are_named_up_to_a_limit_and_counted():
    rows = [{"row": row, "reason": "risk is missing"} for row in range(2, 252)]
    text = audit_html(made(groups=None, excluded=rows), title="x")
    assert "200, 201 and 50 more" in text


def test_a_report_is_small_enough_to_mail(report):
    assert len(audit_html(report, title="x")) < 300_000
