"""How do the pictures of a case stand on its report, with outlines, scale and maps?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from clnm_core.imaging.heat import heated
from clnm_core.imaging.rendering import case_picture
from clnm_core.report.case_sheet import SheetPicture
from clnm_core.report.case_words import MAP_KINDS
from clnm_core.report.sheet import figure
from clnm_core.report.wording import count_text, mm, number, upper_first

ABREAST = 4
"""Pictures and maps side by side."""


def pictures_html(pictures: Sequence[SheetPicture]) -> str:
    """Every picture, each with its map beside it where there is one."""
    drawn = []
    for one in pictures:
        drawn.append(_picture(one))
        if one.saliency is not None:
            drawn.append(_map(one))
    abreast = min(max(len(drawn), 2), ABREAST)
    return f'<div class="abreast n{abreast}">{"".join(drawn)}</div>'


def _picture(one: SheetPicture) -> str:
    """A picture in its true aspect with outlines and scale bar, and what else is known of it."""
    rows, columns = one.image.pixels.shape[:2]
    said = [f"{columns} × {rows} pixels"]
    if one.image.spacing_mm:
        across, down = columns * one.image.spacing_mm[1], rows * one.image.spacing_mm[0]
        said.append(f"{mm(across)} wide, {mm(down)} high")
    if one.ruler is not None:
        said.append(f"nodule to capsule {one.ruler.words}")
    if one.image.frames > 1:
        frames = count_text(one.image.frames, "frame")
        said.append(f"frame {one.image.frame + 1} of {frames}")
    if one.image.source:
        said.append(one.image.source)
    words = "; ".join([*said, *(note.rstrip(".") for note in one.image.notes)])
    drawn = case_picture(one.image, one.masks, title=one.title, ruler=one.ruler)
    return figure(one.title, drawn, f"{words}.")


def _map(one: SheetPicture) -> str:
    """The picture under its map."""
    if one.saliency is None:
        raise ValueError("one must have a map; got none.")
    shown = MAP_KINDS.get(one.saliency.kind, one.saliency.kind)
    title = f"{one.title}, map"
    drawn = case_picture(
        heated(one.image, one.saliency.values), one.masks, title=f"{title}: {shown}"
    )
    most = one.saliency.most
    if math.isnan(most):
        scaled = "full colour is the picture's own largest value"
    elif one.saliency.kind == "attention":
        scaled = f"full colour is {number(100 * most, 3)} % of the attention on one pixel"
    else:
        scaled = f"full colour is {number(most, 3)} in log-odds"
    return figure(title, drawn, f"{upper_first(shown)}; no colour is nothing, {scaled}.")
