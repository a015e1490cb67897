"""Write docs/formats.md: what becomes of every real file that is at hand.

Run from the repository root, with the folder of real data beside it::

    python docs/formats_table.py

Each file goes through ``read_untrusted``, as an upload does; what outlines structures is also put
onto a slice. Nothing of a patient is written: names of files, sizes, codings, sentences.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from clnm_core.errors import ImageError  # noqa: E402
from clnm_core.imaging import processes  # noqa: E402
from clnm_core.imaging.guard import read_masks_untrusted, read_untrusted  # noqa: E402

SHARED = ROOT.parent / "shared" / "data"
FOLDERS = ("dicom_us", "dicom_ct_neck_rt", "dicom_transfer_syntaxes", "dicom_bad")
_NOT_DATA = (".md", ".csv", ".txt")
INTRODUCTION = """# Which files are read

The table below is written by `docs/formats_table.py` from every real file that was at hand. Each
was read as an upload is: in a process of its own, within bounds of memory and time. A file is
either **read**, or **refused** with the sentence in the last column.

## Pictures

| format | read | not read, and said so |
|---|---|---|
| DICOM | uncompressed (implicit, explicit, big endian), deflated, deflated frame by frame, RLE, JPEG baseline, extended with 8 bits, lossless, JPEG-LS, JPEG 2000, high-throughput JPEG 2000; grey (MONOCHROME1 and 2), RGB, YBR, palette; 1 to 32 bits, whole and real numbers; several frames, one at a time | JPEG extended with 12 bits; video |
| PNG, JPEG, TIFF | all that Pillow reads; deeper than 8 bits is stretched | animated PNG beyond the frame limit, BigTIFF of rare kinds |
| NIfTI, NRRD | as outlines only | as pictures |

CT is shown in the window that the file asks for, else in soft tissue of the neck (W 350 L 50);
`window=` chooses `soft tissue`, `bone`, `lung` or `full` instead.

## Outlines

| format | how a structure finds its pixels |
|---|---|
| DICOM SEG | yes or no, fractions (above one half) or numbers; by the instance and frame that it refers to, else by its plane in the body; the nearest pixel where grids differ |
| RTSTRUCT | closed planar contours on the plane of the slice (within 0.5 mm, less for thin slices) or naming it; even-odd rule, so holes and keyholes are holes |
| NIfTI, NRRD | by place in the body where volume and picture both say it; else pixel by pixel where the sizes agree, x across; several numbers are several structures; data in a second file are refused |
| PNG, TIFF, JPEG, DICOM | brighter than half of the brightest; of the picture's size |

## Every file
"""


OUTLINES = """
### Outlines, put onto `dicompyler_ct.0.dcm`

| file | structures, pixels | said |
|---|---|---|"""


def outlines(shared: Path) -> list[str]:
    """One line per file that outlines structures, on the one slice that one of them names."""
    folder = shared / "dicom_ct_neck_rt"
    image = (folder / "dicompyler_ct.0.dcm").read_bytes()
    rows = []
    for name in ("dicompyler_rtss.dcm", "py_rtstruct.dcm", "pd_liver.dcm", "py_liver_1frame.dcm"):
        try:
            masks = read_masks_untrusted((folder / name).read_bytes(), name, image=image)
            found = ", ".join(f"{label} {int(mask.sum()):,}" for label, mask in masks.items())
            rows.append(f"| `{name}` | {found} | |")
        except ImageError as error:
            rows.append(f"| `{name}` | | {error} |")
    return rows


def files_in(folder: Path) -> list[Path]:
    """The data files of a folder, without its descriptions and licences."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in _NOT_DATA and not path.name.startswith("LICENSE")
    )


def row(path: Path, folder: Path) -> tuple[str, bool]:
    """One line of the table, and whether the file was read."""
    name = f"`{path.relative_to(folder)}`"
    try:
        image = read_untrusted(path.read_bytes(), path.name)
    except ImageError as error:
        return f"| {name} | refused | | | | {error} |", False
    size = " x ".join(str(length) for length in image.pixels.shape)
    spacing = "unknown"
    if image.spacing_mm is not None:
        spacing = " x ".join(f"{length:.4g}" for length in image.spacing_mm)
    cells = (name, "read", f"{size}, {image.frames}", spacing, image.source, " ".join(image.notes))
    return f"| {' | '.join(cells)} |", True


def table(shared: Path) -> str:
    """The whole page."""
    parts = [INTRODUCTION]
    total = counted = 0
    for name in FOLDERS:
        rows = [row(path, shared / name) for path in files_in(shared / name)]
        read = sum(is_read for _, is_read in rows)
        total, counted = total + read, counted + len(rows)
        parts.append(f"\n### `{name}`: {read} of {len(rows)} read\n")
        parts.append(
            "| file | | pixels, frames | mm | stored as | said |\n|---|---|---|---|---|---|"
        )
        parts.extend(line for line, _ in rows)
    parts.append(OUTLINES)
    parts.extend(outlines(shared))
    parts.append(f"\nIn all {total} of {counted} files are read, the others refused in words.\n")
    return "\n".join(parts)


if __name__ == "__main__":
    (ROOT / "docs" / "formats.md").write_text(table(SHARED), encoding="utf-8")
    processes.close()
