"""The image of one case: read in a guarded process, shown with its scale, never kept."""

from __future__ import annotations

import hashlib

import streamlit as st

from clnm_core.domain.image import Image, Modality
from clnm_core.errors import ImageError
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.rendering import case_picture
from clnm_core.ui import panels
from clnm_core.ui.words import plain

_READ = "_predict_image"
_MODALITY_WORDS = {Modality.ULTRASOUND: "Ultrasound", Modality.CT: "CT", Modality.OTHER: "Image"}


def draw() -> Image | None:
    """Draw the upload and the picture; ``None`` where there is none or it cannot be read."""
    upload = st.file_uploader(
        "Image, if there is one: DICOM, PNG, JPEG or TIFF",
        key="case_image",
        help="Read in a separate, limited process and forgotten when you leave. "
        "De-identify it first: names burned into the picture stay visible.",
    )
    if upload is None:
        st.session_state.pop(_READ, None)
        return None
    data = upload.getvalue()
    image = _read(data, upload.name, 0)
    if image is not None and image.frames > 1:
        frame = st.slider(
            "Frame", 1, image.frames, 1, key="case_frame", help="The file holds several pictures."
        )
        image = _read(data, upload.name, frame - 1)
    if image is None:
        return None
    panels.svg(case_picture(image, {}, title="uploaded picture"), "Uploaded picture")
    rows, columns = image.pixels.shape[:2]
    st.caption(
        f"{_MODALITY_WORDS[image.modality]}, {columns} × {rows} pixels. {plain(image.source)}"
    )
    for note in image.notes:
        st.caption(plain(note))
    return image


def _read(data: bytes, name: str, frame: int) -> Image | None:
    """Read one frame once per session; a file that cannot be read gets its sentence."""
    key = (hashlib.sha256(data).hexdigest(), frame)
    kept = st.session_state.get(_READ)
    if kept is None or kept[0] != key:
        with st.spinner("Reading the image"):
            try:
                kept = (key, read_untrusted(data, name, frame=frame))
            except ImageError as error:
                st.error(plain(str(error)), icon=":material/broken_image:")
                return None
        st.session_state[_READ] = kept
    image: Image = kept[1]
    return image
