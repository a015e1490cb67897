"""The image of one case: read in a guarded process, shown with its scale, never kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import streamlit as st

from clnm_core.domain.image import Image, Modality
from clnm_core.errors import ImageError
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.windows import PRESETS
from clnm_core.ui.words import plain

_READ = "_predict_image"
_KEPT = 4
"""So many frames and windows of one file are kept for the visit."""

_MODALITY_WORDS = {Modality.ULTRASOUND: "Ultrasound", Modality.CT: "CT", Modality.OTHER: "Image"}
_AS_IN_FILE = ""


@dataclass(frozen=True, eq=False, slots=True)
class Upload:
    """A picture of the visitor; ``key`` tells it from any other, whatever window shows it."""

    key: str
    image: Image


def draw() -> Upload | None:
    """Draw the upload and its pickers; ``None`` where there is none or it cannot be read."""
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
    image, frame, window = _read(data, upload.name, 0, _AS_IN_FILE), 0, _AS_IN_FILE
    if image is None:
        return None
    if image.frames > 1:
        frame = -1 + st.slider(
            "Frame", 1, image.frames, 1, key="case_frame", help="The file holds several pictures."
        )
    if image.modality is Modality.CT:
        window = st.selectbox(
            "Window",
            [_AS_IN_FILE, *PRESETS],
            format_func=lambda name: name or "as in the file",
            key="case_window",
            persist_state="session",
            help="Which Hounsfield units are shown from black to white. Nothing else follows it.",
        )
    shown = _read(data, upload.name, frame, window)
    if shown is None:
        return None
    return Upload(f"{hashlib.sha256(data).hexdigest()}/{frame}", shown)


def describe(image: Image) -> None:
    """What is known of the picture, under it."""
    rows, columns = image.pixels.shape[:2]
    st.caption(
        f"{_MODALITY_WORDS[image.modality]}, {columns} × {rows} pixels. {plain(image.source)}"
    )
    for note in image.notes:
        st.caption(plain(note))


def _read(data: bytes, name: str, frame: int, window: str) -> Image | None:
    """Read one frame once per session; a file that cannot be read gets its sentence."""
    digest = hashlib.sha256(data).hexdigest()
    kept = st.session_state.get(_READ)
    images: dict[tuple[int, str], Image] = kept[1] if kept and kept[0] == digest else {}
    if (frame, window) not in images:
        with st.spinner("Reading the image"):
            try:
                image = read_untrusted(data, name, frame=frame, window=window or None)
            except ImageError as error:
                st.error(plain(str(error)), icon=":material/broken_image:")
                return None
        recent = list(images.items())[-(_KEPT - 1) :]
        images = {**dict(recent), (frame, window): image}
        st.session_state[_READ] = (digest, images)
    return images[frame, window]
