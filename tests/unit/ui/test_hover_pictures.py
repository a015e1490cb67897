"""The sheet of small pictures that a chart shows tiles of."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image as Pillow

from clnm_core.imaging.rendering import png_bytes
from clnm_core.ui.hover_pictures import SIDE, sheet_of


def tile(level: int, rows: int = SIDE, columns: int = SIDE) -> bytes:
    return png_bytes(np.full((rows, columns), level, dtype=np.uint8))


def opened(sheet: str) -> np.ndarray:
    head, data = sheet.split(",")
    assert head == "data:image/jpeg;base64"
    return np.asarray(Pillow.open(io.BytesIO(base64.b64decode(data))))


def test_tile_n_stands_in_row_and_column_n() -> None:
    levels = [40, 80, 120, 160, 200]
    sheet, columns = sheet_of([tile(level) for level in levels])
    picture = opened(sheet)
    assert columns == 3
    for number, level in enumerate(levels):
        row, column = divmod(number, columns)
        middle = picture[row * SIDE + SIDE // 2, column * SIDE + SIDE // 2]
        assert abs(int(middle) - level) <= 3


def test_a_case_without_picture_leaves_its_place_black() -> None:
    sheet, columns = sheet_of([tile(200), None])
    picture = opened(sheet)
    assert columns == 2
    assert picture[:, SIDE + 12 :].max() < 8


def test_a_wide_picture_keeps_its_aspect() -> None:
    sheet, _ = sheet_of([tile(250, rows=14)])
    picture = opened(sheet)
    assert picture[SIDE // 2].min() > 200
    assert picture[:8].max() < 40


def test_no_case_makes_one_black_tile() -> None:
    sheet, columns = sheet_of([])
    assert columns == 1
    assert opened(sheet).shape == (SIDE, SIDE)
