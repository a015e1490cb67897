"""Claims about the one-page report of a case."""

import base64
import io
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
from PIL import Image as Pillow

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.image import Image
from clnm_core.imaging.rendering import Ruler
from clnm_core.report.answers import case_answer
from clnm_core.report.case_html import case_html
from clnm_core.report.case_sheet import AlikeRow, Reading
from clnm_core.report.wording import RESEARCH_USE
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.explanation import Explanation, SaliencyMap
from tests.unit.report.case_sheets import (
    HOSTILE,
    NAN,
    Looked,
    opinion,
    picture,
    report,
    sheet_of,
    shown,
    usual_sheet,
)


def test_it_says_risk_interval_threshold_set_model_and_store():
    text = case_html(sheet_of(versions=(("clinical", "abcdef" * 10),)))
    for words in (
        "74 %",
        "61–85",
        "clinical 95 %, Wald on the log-odds",
        "30 %, reached",
        "<td>present</td>",
        "84 % (75–91)",
        "900 training cases of demo, store version 3",
        "Model clinical, abcdefabcdef; store version 7.",
        RESEARCH_USE,
        "62 years",
    ):
        assert words in text
    assert "SYNTHETIC" not in text
    assert case_answer(report()).split("'")[0] in text


def test_every_model_stands_in_the_table_and_the_explained_one_is_marked():
    other = opinion(report(model="other", risk=Estimate(0.2, NAN, NAN, 0.95, "none")))
    first = opinion(interval=Estimate(0.74, NAN, NAN, 0.95, "none"), prediction_set=None)
    text = case_html(
        sheet_of(opinions=(first, other), shown=first, refusals=(("third", "It has no CT."),))
    )
    assert "<b>clinical</b>" in text
    assert "<td>other</td>" in text
    assert "third did not judge the case: It has no CT." in text
    assert "No interval is known for clinical and other." in text
    assert "No prediction set is known for clinical." in text
    assert "nan" not in text


def test_a_risk_that_cannot_be_given_says_why():
    text = case_html(sheet_of(report(risk=Estimate(NAN, NAN, NAN, 0.95, "not estimable: no age"))))
    assert "not estimable: no age" in text
    assert "reached" not in text


def test_every_doubt_is_listed_once_and_none_is_said_too():
    doubts = ("Age 99 years is outside the training range 18–80 years.", Looked().sentence)
    usual = Looked("modality", is_unusual=False, sentence="Not to be said.")
    text = case_html(sheet_of(report(doubts=doubts), checks=(Looked(), usual)))
    assert all(text.count(f"<li>{doubt}</li>") == 1 for doubt in doubts)
    assert "Not to be said" not in text
    assert "Nothing about this case is unlike" in case_html(sheet_of())


def test_a_picture_is_inside_the_file_lossless_and_in_its_true_aspect():
    image = picture()
    text = case_html(sheet_of(pictures=(shown(image=image),)))
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
    assert words in case_html(sheet_of(pictures=(shown(image=picture(**changes)),)))


def test_what_was_measured_stands_beside_what_was_used_and_why():
    column = BUILT_IN["capsule_distance_mm"]
    flag = BUILT_IN["taller_than_wide"]
    found = (Reading(column, 3.21, 5.0, "Wrong side"), Reading(flag, True, True))
    text = case_html(sheet_of(readings=found))
    assert "<td>3.2 mm</td><td>5.0 mm: Wrong side</td>" in text
    assert "<td>yes</td><td>as measured</td>" in text


def test_numbers_of_similar_cases_stand_only_where_they_are_given():
    rows = tuple(AlikeRow(rank, "metastasis", f"N-{rank}", "By the table") for rank in (1, 2))
    assert "By the table: 1 metastasis (N-1), 2 metastasis (N-2)." in case_html(
        sheet_of(alike=rows)
    )
    bare = tuple(AlikeRow(row.rank, row.outcome, way=row.way) for row in rows)
    assert "By the table: 1 metastasis, 2 metastasis." in case_html(sheet_of(alike=bare))


def test_hostile_words_stay_text_everywhere():
    hostile = report(
        model=HOSTILE,
        outcome_label=HOSTILE,
        values=((HOSTILE, HOSTILE), (HOSTILE, "unknown")),
        doubts=(HOSTILE,),
        contributions=pd.DataFrame({"label": [HOSTILE], "value": [HOSTILE], "effect": [1.0]}),
        trained_on=HOSTILE,
        explanation=Explanation(
            scale=HOSTILE, shares={HOSTILE: 1.0}, words=((HOSTILE, 1.0),), notes=(HOSTILE,)
        ),
    )
    image = picture(source=HOSTILE, notes=(HOSTILE,))
    heat = SaliencyMap("x", HOSTILE, np.zeros((40, 60), dtype=np.float32))
    text = case_html(
        sheet_of(
            hostile,
            pictures=(
                shown(title=f'"{HOSTILE}', image=image, saliency=heat, ruler=Ruler((1, 1), (2, 2), HOSTILE)),
            ),
            readings=(Reading(BUILT_IN["lobe"], HOSTILE, "left", HOSTILE),),
            alike=(AlikeRow(1, HOSTILE, HOSTILE, HOSTILE),),
            refusals=((HOSTILE, HOSTILE),),
            versions=((HOSTILE, HOSTILE),),
            pseudonym=HOSTILE,
            words=HOSTILE,
        )
    )  # fmt: skip
    assert "<script" not in text.lower()
    assert text.lower().count("&lt;script&gt;") >= 20


def test_nothing_is_loaded_from_outside():
    text = case_html(sheet_of(pictures=(shown(),)))
    assert "default-src 'none'" in text
    assert "http" not in re.sub(r'xmlns="[^"]+"|http-equiv', "", text)


def test_contributions_of_nothing_are_drawn_without_an_error():
    flat = report().contributions.assign(effect=0.0)
    assert "0.00" in case_html(sheet_of(report(contributions=flat)))
    assert "What moves the risk</h2>" not in case_html(sheet_of(report(contributions=flat[:0])))


def test_small_contributions_are_added_up_and_the_sum_is_kept():
    effects = [0.9, 0.5, -0.4, 0.3, 0.2, 0.1, 0.1, 0.1, -0.25, 0.05]
    table = pd.DataFrame(
        {"label": [f"v{n}" for n in range(10)], "value": "1", "effect": effects, "column": "x"}
    )
    text = case_html(sheet_of(report(contributions=table)))
    assert "v7</td>" in text
    assert "v8</td>" not in text
    assert "2 others together</td><td></td><td class=n>−0.20" in text


def test_the_scale_of_the_effects_is_the_model_s_own():
    forest = Explanation(baseline=0.4, scale="probability")
    text = case_html(sheet_of(report(explanation=forest)))
    assert "Probability</th>" in text
    assert "added to 0.40, that of the average training case" in text
    assert "Log-odds</th>" in case_html(sheet_of())


def test_what_is_outlined_stands_on_its_own_picture_alone():
    nodule = np.zeros((40, 60), dtype=bool)
    nodule[10:20, 20:30] = True
    plain = Image(np.zeros((40, 60), dtype=np.uint8))
    first = shown(image=plain, masks={"nodule": nodule}, ruler=Ruler((9, 9), (4, 9), "1.3 mm"))
    text = case_html(sheet_of(pictures=(first, shown(image=plain))))
    assert text.count("Outlined: nodule") == 2  # for the eye that reads and the one that listens
    assert text.count("1.3 mm</text>") == 1
    assert "nodule to capsule 1.3 mm" in text


@pytest.mark.parametrize(
    ("kind", "most", "words"),
    [
        ("attention", 0.002, "full colour is 0.200 % of the attention on one pixel"),
        ("hiding", 0.31, "full colour is 0.310 in log-odds"),
        ("activation", NAN, "full colour is the picture's own largest value"),
    ],
)
def test_a_map_says_what_its_colour_is(kind, most, words):
    heat = SaliencyMap("x", kind, np.ones((40, 60), dtype=np.float32), most)
    text = case_html(sheet_of(pictures=(shown(saliency=heat),)))
    assert words in text.replace("&#x27;", "'")
    assert text.count("data:image/png") == 2


def test_what_a_network_looked_at_stands_with_its_caution_once():
    seen = Explanation(
        shares={"report": 0.25, "images": 0.75},
        words=(("lymph", 0.9), (HOSTILE, 0.1)),
        notes=("Two views are averaged.",),
    )
    text = case_html(sheet_of(report(explanation=seen, contributions=pd.DataFrame())))
    assert text.count("Attention shows what was looked at and not why") == 1
    assert "Attention: images 75 % and report 25 %." in text
    assert "Two views are averaged." in text
    assert "<script" not in text


def test_a_synthetic_cohort_is_called_so_at_the_top_and_among_the_limits():
    text = case_html(sheet_of(is_synthetic=True))
    assert text.index("SYNTHETIC") < text.index("<h1>")
    assert "models are simulated" in text


@pytest.mark.browser
def test_the_usual_case_fits_one_page_of_a4(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("There is no chromium to print with.")
    page = tmp_path / "case.html"
    page.write_text(case_html(usual_sheet()), encoding="utf-8")
    out = tmp_path / "case.pdf"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run(
        [chromium, *flags, f"--print-to-pdf={out}", str(page)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert len(re.findall(rb"/Type /Page\b", out.read_bytes())) == 1
