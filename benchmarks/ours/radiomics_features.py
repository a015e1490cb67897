"""Ours: every class on every picture, in batches. Arguments: pictures, device, repeats."""

import json
import sys
import time

import numpy as np
import torch

from clnm_core.features.items import Item
from clnm_core.features.radiomics.extractor import RadiomicsExtractor
from clnm_core.features.radiomics.settings import Settings

torch.set_num_threads(1)
data, device = np.load(sys.argv[1]), sys.argv[2]
spacing = (1.0, 1.0)
items = [Item(grey.astype(np.float32), data["mask"], None, spacing) for grey in data["grey"]]
extractor = RadiomicsExtractor(Settings(image_types=("original",), bin_width=1.0))
extractor.extract(items[:2], device=device)
wall, cpu = [], []
for _ in range(int(sys.argv[3])):
    start, used = time.perf_counter(), time.process_time()
    found = extractor.extract(items, device=device)
    wall.append((time.perf_counter() - start) / len(items))
    cpu.append((time.process_time() - used) / len(items))
values = [dict(zip(found.names, row.tolist(), strict=True)) for row in found.values]
machine = torch.cuda.get_device_name() if device == "cuda" else ""
print(json.dumps({"seconds": min(wall), "cpu": min(cpu), "values": values, "machine": machine}))
