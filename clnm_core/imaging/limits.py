"""What may reading one file cost?"""

from __future__ import annotations

from dataclasses import dataclass

from clnm_core.errors import ImageError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that a file from outside must keep.

    Parameters
    ----------
    file_bytes : int
        Size of the file.
    inflated_bytes : int
        Size of a deflated file once it is inflated.
    pixels : int
        Rows times columns of one frame.
    side : int
        Rows, or columns.
    frames : int
        Frames that a file may claim; only one is decoded.
    voxels : int
        Rows times columns times slices of a volume of masks.
    structures : int
        Structures that a file may outline on one picture.
    points : int
        Points that the contours of one file may have.
    memory_bytes : int
        Address space of the child process that reads it.
    cpu_seconds, wall_seconds : int
        After these the child is ended.

    """

    file_bytes: int = 128 * 2**20
    inflated_bytes: int = 256 * 2**20
    pixels: int = 16 * 2**20
    side: int = 16_384
    frames: int = 20_000
    voxels: int = 256 * 2**20
    structures: int = 64
    points: int = 2_000_000
    memory_bytes: int = 2 * 2**30
    cpu_seconds: int = 10
    wall_seconds: int = 30


DEFAULT = Limits()


def packed_bytes(pixels: int) -> int:
    """How many bytes a mask of so many pixels takes, eight pixels to a byte."""
    return (pixels + 7) // 8


def require_size(rows: int, columns: int, limits: Limits) -> None:
    """Refuse a picture without pixels, or with more than is safe.

    Raises
    ------
    ImageError

    """
    if rows < 1 or columns < 1:
        raise ImageError("The picture has no rows or no columns. Export it again.")
    if max(rows, columns) > limits.side or rows * columns > limits.pixels:
        raise ImageError(
            f"The picture has {rows:,} x {columns:,} pixels (rows x columns), more than is read "
            f"safely (at most {limits.pixels:,} in all, {limits.side:,} a side). "
            "Export a smaller one."
        )


def require_frame(frame: int, frames: int, limits: Limits) -> None:
    """Refuse a frame that is not there, or a file that claims too many.

    Raises
    ------
    ImageError

    """
    if frames > limits.frames:
        raise ImageError(
            f"The file claims {frames:,} frames, more than is read safely "
            f"(at most {limits.frames:,}). Export the one frame that matters."
        )
    if frame >= frames:
        raise ImageError(
            f"The file has {frames:,} frame{'s' if frames != 1 else ''}, so there is no frame "
            f"{frame + 1:,}. Choose one from 1 to {frames:,}."
        )
