"""Claims about the one-file report of an audit."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.predictions import Predictions
from clnm_core.report import figure_methods
from clnm_core.report.answers import audit_answer
from clnm_core.report.audit_html import audit_html
from clnm_core.report.checklists import CHECKLISTS
from clnm_core.report.checklists.answer import Answer
from clnm_core.report.group_calibration import calibration_of_groups
from clnm_core.report.references import references
from clnm_core.report.sheet import escaped
from clnm_core.report.wording import RESEARCH_USE
from clnm_core.stats.audit import Audit, audit
from clnm_core.stats.gaps import NOT_ENOUGH, Gap
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.smooth_calibration import calibration_curve
from clnm_core.stats.uncertainty import Estimate

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


def test_what_an_audit_measures_beyond_the_usual_is_listed_too(report):
    more = replace(
        report, overall=report.overall | {"e90_of_risks": Estimate(0.2, 0.1, 0.3, 0.95, "x")}
    )
    assert "<td>E90 of risks</td><td class=n>0.200</td>" in audit_html(more, title="x")


def test_every_figure_says_how_it_was_made_and_all_of_it_can_be_copied_at_the_end(report, page):
    text = audit_html(report, title="x")
    for figure in re.findall(r"<figure>.*?</figure>", text):
        assert re.search(r'<p class="methods">[^<]+\.</p></figure>', figure)
    whole = re.search(r'<p class="methods whole">([^<]+)</p>', text)[1]
    for line in figure_methods.roc_methods(report), figure_methods.gap_methods(report):
        assert escaped(line) in whole
    cited = re.findall(r"<li class=muted>([^<]+)</li>", text)
    assert [html.unescape(line) for line in cited] == references(html.unescape(whole))
    named = set(re.findall(r"\b[A-Z][A-Za-z]+ (?:19|20)\d\d\b", whole))
    assert len(cited) == len(named)


def test_groups_have_their_calibration_and_what_is_too_small_has_none(report):
    rng = np.random.default_rng(3)
    risk = rng.beta(2, 3, 400)
    cases = Predictions.of(rng.random(400) < risk, risk)
    large = np.arange(400) >= 5
    groups = pd.DataFrame({"centre_name": np.where(large, HOSTILE, "Tiny")})
    curves = calibration_of_groups(cases, groups)
    assert [(curve.level, curve.n) for curve in curves] == [(HOSTILE, 395)]
    pd.testing.assert_frame_equal(curves[0].curve, calibration_curve(cases.where(large)))
    page = Reader(audit_html(report, title="x", curves=curves))
    assert "Calibration by centre name" in page.text
    assert "395 cases, " in page.text
    assert "script" not in {tag for tag, _ in page.tags}


def test_a_large_group_is_drawn_from_a_sample_of_patients_and_says_so(report):
    rng = np.random.default_rng(5)
    risk = rng.beta(2, 3, 3000)
    cases = Predictions.of(rng.random(3000) < risk, risk, np.arange(3000) // 3)
    groups = pd.DataFrame({"sex": ["f"] * 3000})
    (curve,) = calibration_of_groups(cases, groups, largest=900)
    assert curve.n == 3000
    assert 750 < curve.drawn_from < 1050
    assert curve.drawn_from % 3 == 0
    assert curve.bins["n"].sum() == curve.drawn_from
    words = Reader(audit_html(report, title="x", curves=(curve,))).text
    assert f"drawn from {curve.drawn_from:,} of them, of patients picked at random" in words


def test_gaps_carry_ratio_adjusted_p_and_the_cases_needed(report):
    text = audit_html(report, title="x")
    table = text[text.index("Gaps between groups") : text.index("Groups as a whole")]
    for head in ("Ratio", "Adjusted p", "Cases needed"):
        assert f">{head}</th>" in table
    bare = replace(
        report, gaps=tuple(Gap("c", "auc", "a", g, 0.1, -0.1, 0.2, NOT_ENOUGH) for g in "bd")
    )
    text = audit_html(bare, title="x")
    table = text[text.index("Gaps between groups") : text.index("Groups as a whole")]
    assert "Ratio" not in table
    assert "Adjusted p" not in table


def test_all_four_checklists_are_filled_from_the_audit_or_from_what_is_known(report):
    text = Reader(audit_html(report, title="x")).text
    for checklist in CHECKLISTS.values():
        assert f"{checklist.title}: of " in text
    assert "filled from this audit" in text
    assert f"{report.n:,} cases, {report.events:,} events." in text
    known = Reader(audit_html(report, title="x", answers={"disjoint": Answer("By patient.")})).text
    assert "By patient." in known
    assert "filled from the store" in known


def test_on_paper_pages_break_between_and_never_inside_rows_and_figures(report):
    style = audit_html(report, title="x").split("</style>")[0]
    for rule in (
        "@page{",
        "tr{break-inside:avoid}",
        "figure{margin:0;break-inside:avoid}",
        "thead{display:table-header-group}",
        ".new-page{break-before:page}",
    ):
        assert rule in style
    assert "size:" not in style.split("@page{")[1].split("}")[0]


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
    verdicts = re.findall(
        r"(?<=class=\"kept\">)(gap|not enough data|no gap beyond the margin)(?=</)", table
    )
    assert len(verdicts) == len(report.gaps)
    assert verdicts == sorted(
        verdicts, key=["gap", "not enough data", "no gap beyond the margin"].index
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
