"""The images of one case: read in a guarded process, shown with their scale, never kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class Place:
    """Where one picture of the case is asked for.

    Parameters
    ----------
    suffix : str
        Of the keys of its widgets; empty for the first.
    title : str
        What is asked for.
    view : str
        The view that stands here; empty where the visitor says it, or nobody asks.
    modality : str
        What a picture is that does not say it itself: ``US``, ``CT``, or empty.

    """

    suffix: str
    title: str
    view: str = ""
    modality: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Upload:
    """A picture of the visitor; ``key`` tells it from any other, whatever window shows it."""

    key: str
    image: Image


def draw(place: Place) -> Upload | None:
    """Draw the upload and its pickers; ``None`` where there is none or it cannot be read."""
    upload = st.file_uploader(
        place.title,
        key=f"case_image{place.suffix}",
        help="Read in a separate, limited process and forgotten when you leave. "
        "De-identify it first: names burned into the picture stay visible.",
    )
    if upload is None:
        st.session_state.pop(f"{_READ}{place.suffix}", None)
        return None
    data = upload.getvalue()
    image, frame, window = _read(place, data, upload.name, 0, _AS_IN_FILE), 0, _AS_IN_FILE
    if image is None:
        return None
    if image.frames > 1:
        frame = -1 + st.slider(
            "Frame",
            1,
            image.frames,
            1,
            key=f"case_frame{place.suffix}",
            help="The file holds several pictures.",
        )
    if image.modality is Modality.CT:
        window = st.selectbox(
            "Window",
            [_AS_IN_FILE, *PRESETS],
            format_func=lambda name: name or "as in the file",
            key=f"case_window{place.suffix}",
            persist_state="session",
            help="Which Hounsfield units are shown from black to white. Nothing else follows it.",
        )
    shown = _read(place, data, upload.name, frame, window)
    if shown is None:
        return None
    if shown.modality is Modality.OTHER and place.modality:
        shown = replace(shown, modality=Modality(place.modality))
    return Upload(f"{hashlib.sha256(data).hexdigest()}/{frame}", shown)


def describe(image: Image) -> None:
    """What is known of the picture, under it."""
    rows, columns = image.pixels.shape[:2]
    st.caption(
        f"{_MODALITY_WORDS[image.modality]}, {columns} × {rows} pixels. {plain(image.source)}"
    )
    for note in image.notes:
        st.caption(plain(note))


def _read(place: Place, data: bytes, name: str, frame: int, window: str) -> Image | None:
    """Read one frame once per session; a file that cannot be read gets its sentence."""
    digest = hashlib.sha256(data).hexdigest()
    slot = f"{_READ}{place.suffix}"
    kept = st.session_state.get(slot)
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
        st.session_state[slot] = (digest, images)
    return images[frame, window]
