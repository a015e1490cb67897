"""Published figures, typed and answered as a visitor would."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from clnm_core.stats.seed_papers import SEED_PAPERS
from tests.app.conftest import OpenApp, words


def figures(app: AppTest) -> dict[str, str]:
    return {figure.label: figure.value for figure in app.metric}


def test_it_begins_with_a_table_that_cannot_be_true(open_app: OpenApp) -> None:
    app = open_app("published.py")
    assert not app.exception
    assert "PPV 83.0 % does not fit prevalence 6 % and specificity .830" in words(app)
    assert "PPV would be 21.5–24.8 %" in words(app)
    assert figures(app)["Tables that fit"] == "0"
    assert app.text_input(key="said_n").value == "3838"
    assert "linear programming" in app.code[0].value


def test_every_table_of_the_picker_is_answered(open_app: OpenApp) -> None:
    app = open_app("published.py")
    for paper in SEED_PAPERS:
        app.selectbox(key="paper").set_value(paper.slug).run()
        assert not app.exception
        for name, text in paper.figures.items():
            assert app.text_input(key=f"said_{name}").value == text
        assert "cannot be compared yet" not in words(app)
    assert "16 true positives, 5 false positives, 3 false negatives and 46" in words(app)


def test_a_field_that_is_changed_changes_the_answer(open_app: OpenApp) -> None:
    app = open_app("published.py")
    app.text_input(key="said_ppv").set_value("23 %").run()
    assert "The figures fit together" in words(app)
    assert app.text_input(key="said_ppv").value == "23 %"


def test_an_empty_form_asks_and_a_typed_one_answers(open_app: OpenApp) -> None:
    app = open_app("published.py")
    app.selectbox(key="paper").set_value("own").run()
    assert "see the notes in the form" in words(app)
    assert "How many cases?" in words(app)
    app.text_input(key="said_n").set_value("100-110")
    for name in ("sensitivity", "specificity", "accuracy"):
        app.text_input(key=f"said_{name}").set_value("90.4")
    app.run()
    assert "one table only: 47 true positives, 5 false positives" in words(app)
    assert figures(app)["Sensitivity"] == "90.4 %"


def test_what_cannot_be_read_is_said_beside_the_field(open_app: OpenApp) -> None:
    app = open_app("published.py", said_ppv="abc", said_auc="101")
    assert not app.exception
    text = words(app)
    assert "“abc” is not a number" in text
    assert "“101” is more than 100 %" in text
    assert app.text_input(key="said_ppv").value == "abc"


def test_cut_digits_may_let_a_table_fit(open_app: OpenApp) -> None:
    app = open_app("published.py")
    app.selectbox(key="paper").set_value("own").run()
    app.text_input(key="said_n").set_value("3")
    app.text_input(key="said_accuracy").set_value("66.6").run()
    assert "does not come out of any whole numbers among 3 cases" in words(app)
    app.toggle(key="cut").set_value(True).run()
    assert "The figures fit together" in words(app)
