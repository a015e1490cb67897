"""Claims about the one-file report of a case."""

import base64
import dataclasses
import io
import re

import numpy as np
import pandas as pd
import pytest
from PIL import Image as Pillow

from clnm_core.domain.image import Image
from clnm_core.imaging.rendering import Ruler
from clnm_core.report.answers import case_answer
from clnm_core.report.case_html import case_html
from clnm_core.report.wording import RESEARCH_USE
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.case import CaseReport
from clnm_core.systems.explanation import Explanation

HOSTILE = "<script>alert(1)</script>"
NAN = float("nan")


def report(**changes) -> CaseReport:
    usual = CaseReport(
        model="clinical",
        cohort="demo",
        outcome="lateral",
        outcome_label="Lateral neck metastasis",
        risk=Estimate(0.74, 0.61, 0.85, 0.95, "Wald on the log-odds"),
        threshold=0.3,
        values=(("Age", "62 years"), ("Sex", "unknown")),
        doubts=(),
        contributions=pd.DataFrame(
            {"label": ["Age", "Sex"], "value": ["62 years", "unknown"], "effect": [0.8, -0.2]}
        ),
        trained_on="900 training cases of demo, store version 3",
    )
    return dataclasses.replace(usual, **changes)


def picture(**changes) -> Image:
    pixels = np.random.default_rng(0).integers(0, 255, (40, 60), dtype=np.uint8)
    return Image(**({"pixels": pixels, "spacing_mm": (0.2, 0.1), "source": "PNG"} | changes))


def test_it_says_risk_interval_threshold_model_and_store():
    text = case_html(report(), store_version=7)
    for words in (
        "74 %",
        "61–85 (Wald on the log-odds)",
        "30 %, reached",
        "900 training cases of demo, store version 3",
        "Made from store version 7.",
        RESEARCH_USE,
        "62 years",
    ):
        assert words in text
    assert case_answer(report()).split("'")[0] in text


def test_a_risk_without_an_interval_says_so():
    text = case_html(report(risk=Estimate(0.74, NAN, NAN, 0.95, "none")))
    assert "no interval" in text
    assert "nan" not in text


def test_a_risk_that_cannot_be_given_says_why():
    text = case_html(report(risk=Estimate(NAN, NAN, NAN, 0.95, "not estimable: no age")))
    assert "not estimable: no age" in text
    assert "reached" not in text


def test_every_doubt_is_listed_and_none_is_said_too():
    doubts = ("Age 99 years is outside the training range 18–80 years.", "Sex is unknown.")
    text = case_html(report(doubts=doubts))
    assert all(doubt in text for doubt in doubts)
    assert "Every value lies inside" in case_html(report())


def test_a_picture_is_inside_the_file_lossless_and_in_its_true_aspect():
    image = picture()
    text = case_html(report(), images=[("transverse", image)])
    data = re.search(r'href="data:image/png;base64,([^"]+)"', text)
    assert data is not None
    inside = np.asarray(Pillow.open(io.BytesIO(base64.b64decode(data[1]))))
    np.testing.assert_array_equal(inside, image.pixels)
    assert 'width="60" height="80.000"' in text
    assert "6.0 mm wide, 8.0 mm high" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spacing_mm": None}, "spacing unknown"),
        ({"frames": 12, "frame": 3}, "frame 4 of 12 frames"),
        ({"notes": ("Window 40/350 was applied.",)}, "Window 40/350 was applied."),
    ],
)
def test_what_a_reader_should_know_of_a_picture_stands_under_it(changes, words):
    assert words in case_html(report(), images=[("x", picture(**changes))])


def test_hostile_words_stay_text_everywhere():
    hostile = report(
        model=HOSTILE,
        outcome_label=HOSTILE,
        values=((HOSTILE, HOSTILE),),
        doubts=(HOSTILE,),
        contributions=pd.DataFrame({"label": [HOSTILE], "value": [HOSTILE], "effect": [1.0]}),
        trained_on=HOSTILE,
    )
    image = picture(source=HOSTILE, notes=(HOSTILE,))
    text = case_html(hostile, images=[(f'"{HOSTILE}', image)])
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 10


def test_nothing_is_loaded_from_outside():
    text = case_html(report(), images=[("x", picture())])
    assert "default-src 'none'" in text
    assert "http" not in re.sub(r'xmlns="[^"]+"|http-equiv', "", text)


def test_contributions_of_nothing_are_drawn_without_an_error():
    flat = report().contributions.assign(effect=0.0)
    assert "0.00" in case_html(report(contributions=flat))
    assert "Log-odds" in case_html(report(contributions=flat[:0]))


def test_what_is_outlined_stands_on_the_first_picture_alone():
    nodule = np.zeros((40, 60), dtype=bool)
    nodule[10:20, 20:30] = True
    images = [("one", Image(np.zeros((40, 60), dtype=np.uint8))) for _ in range(2)]
    text = case_html(
        report(), images=images, outlines={"nodule": nodule}, ruler=Ruler((9, 9), (4, 9), "1.3 mm")
    )
    assert text.count("Outlined: nodule") == 2  # for the eye that reads and the one that listens
    assert text.count("1.3 mm</text>") == 1


def test_what_a_network_looked_at_stands_with_its_caution_and_its_map():
    seen = Explanation(
        shares={"report": 0.25, "images": 0.75},
        words=(("lymph", 0.9), (HOSTILE, 0.1)),
        notes=("Two views are averaged.",),
    )
    heat = np.zeros((40, 60), dtype=np.float32)
    text = case_html(
        report(explanation=seen, contributions=pd.DataFrame()),
        images=[("x", picture())],
        maps={0: heat},
    )
    assert "Attention shows what was looked at and not why" in text
    assert text.index("images") < text.index("report</td>")
    assert "75 %" in text
    assert "Two views are averaged." in text
    assert text.count("data:image/png") == 2
    assert "<script" not in text
    assert "Log-odds" not in text
