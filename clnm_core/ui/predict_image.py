"""The images of one case: read in a guarded process, shown with their scale, kept only on demand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import streamlit as st

from clnm_core.domain.image import Image, Modality
from clnm_core.errors import ImageError
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.windows import PRESETS, SOFT_TISSUE
from clnm_core.ui.words import plain

_READ = "_predict_image"
_KEPT = 4
"""So many frames and windows of one file are kept for the visit."""

MODALITY_WORDS = {Modality.ULTRASOUND: "Ultrasound", Modality.CT: "CT", Modality.OTHER: "Image"}
"""How a picture is called by what made it."""

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
    modalities : tuple of str
        What the models read: ``US``, ``CT``. Of several, the visitor says which a picture is that
        does not say it itself; one alone is taken for granted, and said.

    """

    suffix: str
    title: str
    view: str = ""
    modalities: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Upload:
    """A picture of the visitor.

    Parameters
    ----------
    key : str
        Tells it from any other, whatever window shows it.
    image : Image
        As it is shown.
    judged : Image
        As models see it: CT in the soft-tissue window in which they learned it, whatever window
        shows it.

    """

    key: str
    image: Image
    judged: Image


def draw(place: Place) -> Upload | None:
    """Draw the upload and its pickers; ``None`` where there is none or it cannot be read."""
    upload = st.file_uploader(
        place.title,
        key=f"case_image{place.suffix}",
        help="Read in a separate, limited process and forgotten when you leave, unless you keep the "
        "case. De-identify it first: names burned into the picture stay visible.",
    )
    if upload is None:
        st.session_state.pop(f"{_READ}{place.suffix}", None)
        return None
    data = upload.getvalue()
    judged = _read(place, data, upload.name, 0, SOFT_TISSUE)
    if judged is None:
        return None
    frame = 0
    if judged.frames > 1:
        frame = -1 + st.slider(
            "Frame",
            1,
            judged.frames,
            1,
            key=f"case_frame{place.suffix}",
            help="The file holds several pictures. The models judge the one that is shown.",
        )
        judged = _read(place, data, upload.name, frame, SOFT_TISSUE)
        if judged is None:
            return None
    shown: Image | None = judged
    if judged.modality is Modality.CT:
        window = _pick_window(place)
        if window != SOFT_TISSUE:
            shown = _read(place, data, upload.name, frame, window)
    if shown is None:
        return None
    key = f"{hashlib.sha256(data).hexdigest()}/{frame}"
    modality = _modality(judged, place)
    return Upload(key, _as(shown, *modality), _as(judged, *modality))


def file_of(place: Place) -> bytes:
    """The file that was uploaded there, as it came; empty where there is none."""
    upload = st.session_state.get(f"case_image{place.suffix}")
    return bytes(upload.getvalue()) if upload is not None else b""


def _pick_window(place: Place) -> str:
    return str(
        st.selectbox(
            "Window",
            [SOFT_TISSUE, _AS_IN_FILE, *(name for name in PRESETS if name != SOFT_TISSUE)],
            format_func=lambda name: name or "as in the file",
            key=f"case_window{place.suffix}",
            persist_state="session",
            help="Which Hounsfield units are shown from black to white. Models see soft tissue, in "
            "which they learned, whatever is shown.",
        )
    )


def _modality(image: Image, place: Place) -> tuple[Modality, str]:
    """What made the picture, and what is to be said of it where its file does not say.

    Where the models read but one kind, a picture file is taken for that; else the visitor is asked.
    """
    if image.modality is not Modality.OTHER or not place.modalities:
        return image.modality, ""
    is_dicom = image.source.startswith("DICOM")
    if len(place.modalities) == 1 and not is_dicom:
        found = Modality(place.modalities[0])
        words = "CT" if found is Modality.CT else MODALITY_WORDS[found].lower()
        return found, f"The file does not say what made it; it is taken for {words}."
    options = [Modality.OTHER, *(Modality(one) for one in place.modalities)]
    chosen = st.selectbox(
        "What made the picture",
        options,
        format_func=lambda one: "unknown" if one is Modality.OTHER else MODALITY_WORDS[one],
        key=f"case_modality{place.suffix}",
        help="The file does not say it, or names something else. A model judges only what it "
        "learned from.",
    )
    said = "" if chosen is Modality.OTHER else "What made it was entered by hand."
    return chosen, said


def _as(image: Image, modality: Modality, note: str) -> Image:
    return replace(image, modality=modality, notes=(*image.notes, *([note] if note else [])))


def describe(image: Image) -> None:
    """What is known of the picture, under it."""
    rows, columns = image.pixels.shape[:2]
    st.caption(
        f"{MODALITY_WORDS[image.modality]}, {columns} × {rows} pixels. {plain(image.source)}"
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
