"""A CT that is uploaded reaches a model as it came from the store in training, whatever is shown."""

from __future__ import annotations

import numpy as np

from clnm_core.domain.image import Modality
from clnm_core.features.items import Item
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.windows import SOFT_TISSUE
from clnm_core.systems.case import picture_view
from clnm_core.systems.ct_cad.pictures import crop
from tests.unit.imaging.dicom_files import dataset_of, file_of

SHAPE = (96, 96)


def scanned() -> tuple[np.ndarray, bytes]:
    """Hounsfield units from air to bone, and a file that asks for a bone window to show them."""
    rng = np.random.default_rng(3)
    units = rng.normal(40, 60, SHAPE).round().astype(np.int16)
    units[:8], units[-8:] = -1000, 900
    dataset = dataset_of(units, modality="CT")
    dataset.PixelSpacing = [0.5, 0.5]
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, 0
    dataset.WindowCenter, dataset.WindowWidth = 400, 1800
    return units, file_of(dataset)


def test_the_network_sees_the_same_of_an_upload_as_of_hounsfield_units_in_the_store() -> None:
    units, data = scanned()
    node = np.zeros(SHAPE, dtype=bool)
    node[40:56, 36:60] = True
    image = read_untrusted(data, "node.dcm", window=SOFT_TISSUE)
    assert image.modality is Modality.CT
    uploaded = picture_view("picture-1", image, {"node": node}).read()
    stored = Item(units.astype(np.float32), node, None, (0.5, 0.5))
    first, second = (crop(one, field_mm=30.0, size=64).astype(int) for one in (uploaded, stored))
    assert np.abs(first - second).max() <= 1
    as_in_file = read_untrusted(data, "node.dcm")
    other = crop(
        picture_view("picture-1", as_in_file, {"node": node}).read(), field_mm=30.0, size=64
    )
    assert np.abs(other.astype(int) - second).max() > 20  # what the window of the file would do
