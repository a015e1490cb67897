"""One run of libFuzzer over the decoders, guided by the coverage of the Python parsers.

Started by ``decoders --atheris``; ends when a decoder in C dies, and is then started again.
"""

from __future__ import annotations

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["clnm_core.imaging", "pydicom", "nrrd", "nibabel", "PIL"]):
    from clnm_core.imaging import (  # noqa: F401
        dicom,
        dicom_seg,
        nifti,
        nrrd_file,
        raster,
        rt_contours,
        volumes,
    )
    from tests.fuzz.trials import outcome_of


def one(data: bytes) -> None:
    """Whatever is raised, the child process of the product catches it; only a death is news."""
    outcome_of(data)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()
