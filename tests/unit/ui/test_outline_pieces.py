"""What the pages say of an outline: measured values, numbers of an ellipse, what a canvas shows."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.image import Image
from clnm_core.errors import ImageError
from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.ui import measured_view, outline_canvas
from clnm_core.ui.outline_numbers import ellipse_by_numbers, numbers_of

SHAPE = (120, 160)
NODULE = ellipse_mask((60, 80), (20, 10), 0, SHAPE)
GLAND = ellipse_mask((60, 80), (60, 40), 0, SHAPE)
BOTH = {"nodule": NODULE, "gland": GLAND}
ROOT = Path(__file__).resolve().parents[3]


def test_a_distance_has_its_line_and_its_words() -> None:
    reading = measured_view.read(BOTH, (0.1, 0.1), "transverse")
    assert reading.known["capsule_distance_mm"] == pytest.approx(3.0, abs=0.1)
    assert reading.known["taller_than_wide"] is False
    assert reading.ruler is not None
    assert reading.ruler.words == "3.0 mm"


def test_without_spacing_there_are_no_millimetres_and_the_reason_is_said() -> None:
    reading = measured_view.read(BOTH, None, "transverse")
    assert reading.known == {}
    assert reading.ruler is None
    said = measured_view.table_of(reading, registry=BUILT_IN, recorded=None)
    assert "how far apart the pixels lie" in said
    assert "Recorded" not in said


@pytest.mark.parametrize("masks", [{}, {"gland": GLAND}, {"nodule": NODULE}, {"node": NODULE}])
def test_fewer_outlines_measure_less_and_never_fail(masks) -> None:
    reading = measured_view.read(masks, (0.1, 0.1), "")
    assert ("max_diameter_mm" in reading.known) == bool(set(masks) - {"gland"})
    assert reading.ruler is None
    measured_view.table_of(reading, registry=BUILT_IN, recorded={})


def test_a_lymph_node_has_a_diameter_and_no_capsule() -> None:
    reading = measured_view.read({"node": NODULE, "gland": GLAND}, (0.5, 0.5), "")
    assert reading.known == {"max_diameter_mm": pytest.approx(20.0, abs=0.5)}
    assert "Capsule" not in measured_view.table_of(reading, registry=BUILT_IN, recorded=None)


def test_measured_stands_beside_recorded() -> None:
    reading = measured_view.read(BOTH, (0.1, 0.1), "transverse")
    recorded = {"capsule_distance_mm": 1.2, "lobe": "left"}
    words = measured_view.sentence(reading, recorded, BUILT_IN)
    assert words.startswith("Capsule distance: recorded 1.2 mm, measured on the outline 3.0 mm.")
    table = measured_view.table_of(reading, registry=BUILT_IN, recorded=recorded)
    assert "1.2 mm" in table
    assert "left" in table
    none = measured_view.read({}, None, "")
    assert measured_view.sentence(none, recorded, BUILT_IN) == ""


@given(st.floats(3, 30), st.floats(3, 30), st.floats(0, 179), st.sampled_from([None, (0.2, 0.1)]))
def test_numbers_that_are_shown_set_the_same_ellipse_again(long, short, angle, spacing) -> None:
    step = spacing[1] if spacing else 1.0
    first, second = max(long, short) * step, min(long, short) * step
    mask = ellipse_by_numbers(
        SHAPE, (80 * step, 60 * (spacing or (1,))[0], first, second, angle), spacing
    )
    again = ellipse_by_numbers(SHAPE, numbers_of(mask, SHAPE, spacing), spacing)
    overlap = 2 * (mask & again).sum() / (mask.sum() + again.sum())
    assert overlap > 0.85


def test_places_count_from_the_corner_of_the_picture() -> None:
    mask = ellipse_by_numbers((10, 10), (0.5, 0.5, 0.4, 0.4, 0.0), None)
    assert np.argwhere(mask).tolist() == [[0, 0]]
    assert ellipse_by_numbers((10, 10), (2.5, 0.5, 0.1, 0.1, 0.0), (1.0, 5.0))[0, 0]
    assert numbers_of(None, (10, 20), None) == (10.0, 5.0, 1.2, 1.2, 0.0)
    with pytest.raises(ImageError):
        ellipse_by_numbers((10, 10), (float("nan"), 0, 1, 1, 0), None)


def canvas(image: Image, tool: str = "draw", masks=BOTH, **more):
    settings = {"structure": "nodule", "zoom": 1.0, "stamp": 3, "ruler": None, "words": "Nodule."}
    return outline_canvas.data_of(image, masks, tool=tool, **{**settings, **more})


def test_the_canvas_gets_every_pixel_unchanged_and_the_true_aspect() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, SHAPE, dtype=np.uint8)
    data = canvas(Image(pixels, spacing_mm=(0.3, 0.1)))
    png = base64.b64decode(data["picture"].split(",")[1])
    assert np.array_equal(np.asarray(Pillow.open(io.BytesIO(png))), pixels)
    assert data["pixel_height"] == pytest.approx(3.0)
    assert data["scale"] == {"share": pytest.approx(5 / 0.1 / 160), "words": "5 mm"}
    json.dumps(data)


def test_unknown_spacing_is_said_and_pixels_are_drawn_square() -> None:
    data = canvas(Image(np.zeros(SHAPE, dtype=np.uint8)))
    assert data["pixel_height"] == 1.0
    assert data["scale"] == {"share": 0, "words": "spacing unknown"}


def test_only_pulling_has_handles_and_they_are_columns_and_rows() -> None:
    image = Image(np.zeros(SHAPE, dtype=np.uint8))
    assert canvas(image)["handles"] == []
    handles = np.array(canvas(image, tool="adjust")["handles"])
    assert handles[:, 0].min() == pytest.approx(60, abs=1)
    assert handles[:, 1].max() == pytest.approx(70, abs=1)
    assert canvas(image, tool="adjust", masks={"gland": GLAND})["handles"] == []


def test_a_ruler_goes_as_columns_and_rows() -> None:
    ruler = measured_view.read(BOTH, (0.1, 0.1), "").ruler
    sent = canvas(Image(np.zeros(SHAPE, dtype=np.uint8)), ruler=ruler)["ruler"]
    assert sent["words"] == "3.0 mm"
    assert sent["from"][0] == pytest.approx(80, abs=3)


def test_the_editor_loads_no_network_until_a_proposal_is_asked_for() -> None:
    code = (
        "import sys\n"
        "import clnm_core.ui.case_view, clnm_core.ui.outline_upload\n"
        "sys.exit('torch' in sys.modules or 'monai' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
