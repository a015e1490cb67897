"""PyRadiomics: every class on every picture, one after the other."""

import json
import logging
import sys
import time

import numpy as np
import SimpleITK as sitk
from radiomics import featureextractor

logging.getLogger("radiomics").setLevel(logging.ERROR)
CLASSES = ("firstorder", "shape2D", "glcm", "glrlm", "glszm", "gldm", "ngtdm")

data = np.load(sys.argv[1])
extractor = featureextractor.RadiomicsFeatureExtractor(
    binWidth=1, force2D=True, additionalInfo=False
)
extractor.disableAllFeatures()
for name in CLASSES:
    extractor.enableFeatureClassByName(name)
wall, cpu, values = [], [], []
for grey in data["grey"][: int(sys.argv[2])]:
    image = sitk.GetImageFromArray(grey[None].astype(float))
    mask = sitk.GetImageFromArray(data["mask"][None].astype(np.uint8))
    start, used = time.perf_counter(), time.process_time()
    found = extractor.execute(image, mask)
    wall.append(time.perf_counter() - start)
    cpu.append(time.process_time() - used)
    values.append({name: float(value) for name, value in found.items()})
print(json.dumps({"seconds": min(wall), "cpu": min(cpu), "values": values}))
