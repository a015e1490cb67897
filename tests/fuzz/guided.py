"""One run of libFuzzer over the decoders, guided by the coverage of the Python parsers.

Started by ``decoders --atheris``; ends when a decoder in C dies, and is then started again.
Needs the package atheris, which only this script uses; nothing here imports it before it runs.
"""

from __future__ import annotations

import sys
import warnings
from importlib import import_module

_PARSERS = ("dicom", "dicom_seg", "nifti", "nrrd_file", "raster", "rt_contours", "volumes")
_WATCHED = ["clnm_core.imaging", "pydicom", "nrrd", "nibabel", "PIL"]


def main() -> None:
    """Fuzz until something dies or libFuzzer's own limits are reached."""
    import atheris

    with atheris.instrument_imports(include=_WATCHED):
        for parser in _PARSERS:
            import_module(f"clnm_core.imaging.{parser}")
        from tests.fuzz.trials import outcome_of

    def one(data: bytes) -> None:
        # Whatever is raised, the child process of the product catches it; only a death is news.
        outcome_of(data)

    warnings.simplefilter("ignore")
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
