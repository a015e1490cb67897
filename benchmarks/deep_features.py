"""How much of a network's own speed is left when its pictures come from files?

Run ``python -m benchmarks.deep_features``: pictures lie as PNG files with outlines on a disk; the
extractor reads, crops, resizes and computes, and in turns with it the same network computes alone
on tensors that are ready. Both are measured in the same run, so that a busy machine slows both.
``--device cuda`` does the same on a GPU, where there is one. Writes ``deep_features.json`` (an
entry per device and number of threads) and ``DEEP_FEATURES.md`` beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import timm
import torch
from PIL import Image as Pillow

from clnm_core.features.deep import CPU_BATCH, CUDA_BATCH, DeepExtractor
from clnm_core.features.devices import device_of
from clnm_core.features.items import Item

BUDGET = 0.9
"""Least share of the network's own rate."""

SHAPE = (512, 640)
"""Rows and columns of a picture, those of an ultrasound frame."""

HERE = Path(__file__).parent


DIFFERENT = 64
"""Pictures that are drawn; a longer list begins with them again."""


def draw(folder: Path) -> None:
    """Dark ellipses in speckle, with their outlines, as PNG."""
    random = np.random.default_rng(0)
    rows, columns = np.indices(SHAPE)
    for place in range(DIFFERENT):
        centre, half = random.uniform(200, 320, 2), random.uniform(50, 120, 2)
        inside = ((rows - centre[0]) / half[0]) ** 2 + ((columns - centre[1]) / half[1]) ** 2 <= 1
        speckle = random.gamma(4, 25, SHAPE) * np.where(inside, 0.5, 1)
        grey = np.clip(speckle, 0, 255).astype(np.uint8)
        Pillow.fromarray(grey).save(folder / f"{place}.png")
        Pillow.fromarray(inside).save(folder / f"{place}_outline.png")


@dataclass(frozen=True)
class Files(Sequence[Item]):
    """Pictures and outlines that are read when they are asked for."""

    folder: Path
    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, place):
        name = place % DIFFERENT
        grey = np.asarray(Pillow.open(self.folder / f"{name}.png"), dtype=np.float32)
        lesion = np.asarray(Pillow.open(self.folder / f"{name}_outline.png"), dtype=bool)
        return Item(grey, lesion, None, (0.1, 0.1))


def forward_seconds(
    network: torch.nn.Module, shape: tuple[int, ...], count: int, device: str
) -> tuple[float, float]:
    """Wall and CPU seconds of timm's own forward pass over tensors that are ready."""
    ready = torch.rand(shape, device=device).contiguous(memory_format=torch.channels_last)
    is_cuda = device == "cuda"
    with (
        torch.inference_mode(),
        torch.autocast(device, dtype=torch.bfloat16, enabled=is_cuda),
    ):
        start = time.perf_counter(), time.process_time()
        for _ in range(count // shape[0]):
            network(ready)
        if is_cuda:
            torch.cuda.synchronize()
    return time.perf_counter() - start[0], time.process_time() - start[1]


def measure(backbone: str, device: str, pictures: int, rounds: int, folder: Path) -> dict:
    """One row: rates in pictures per second, and the share of the forward rate that is left."""
    extractor = DeepExtractor(backbone, pretrained=False)
    network = timm.create_model(backbone, num_classes=0).eval().to(device)
    network = network.to(memory_format=torch.channels_last)
    size = CUDA_BATCH if device == "cuda" else CPU_BATCH
    pictures = max(pictures // size, 1) * size
    shape = (size, 3, *extractor.settings["input_size"])
    extractor.extract(Files(folder, size), device=device)  # the first batch of a device is slow
    forward_seconds(network, shape, size, device)
    taken, alone = [], []
    for _ in range(rounds):
        start = time.perf_counter(), time.process_time()
        extractor.extract(Files(folder, pictures), device=device)
        taken.append((time.perf_counter() - start[0], time.process_time() - start[1]))
        alone.append(forward_seconds(network, shape, pictures, device))
    shares = np.array(alone) / np.array(taken)
    return {
        "backbone": backbone,
        "pictures": pictures,
        "rounds": rounds,
        "from_files_per_s": pictures / statistics.median(wall for wall, _ in taken),
        "forward_per_s": pictures / statistics.median(wall for wall, _ in alone),
        "share": float(np.median(shares[:, 0])),
        "share_of_cpu_time": float(np.median(shares[:, 1])),
    }


def machine(device: str) -> dict:
    """What it was measured on, in words, and how busy that was."""
    return {
        "device": torch.cuda.get_device_name() if device == "cuda" else "CPU",
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "torch": torch.__version__.split("+")[0],
        "timm": timm.__version__,
    }


def page(found: dict) -> str:
    """The figures as a page."""
    lines = [
        "# Deep features from files",
        "",
        "Written by `python -m benchmarks.deep_features`. PNG pictures of 512 x 640 pixels with",
        "outlines are read, cropped around the lesion, resized and put through a network; in turns",
        "with it, timm's own forward pass runs over tensors that are ready, with the same batch",
        f"and precision. Budget: {BUDGET:.0%} of the forward rate.",
        "",
        "The share by the clock is what a person waits for, but swings where other programs run.",
        "The share of CPU time (forward pass by everything) does not know of them while torch has",
        "one thread (`OMP_NUM_THREADS=1`): the steadiest figure. Several threads wait for each other",
        "by spinning, which counts as CPU time and flatters it on a busy machine. On CUDA the clock",
        "alone counts.",
    ]
    for device, entry in found.items():
        where = entry["machine"]
        lines += [
            "",
            f"## {device}",
            "",
            f"{where['device']}, {where['cores']} cores, torch with {where['threads']} of them, Python "
            f"{where['python']}, torch {where['torch']}, timm {where['timm']}; load at the start "
            f"{where['load']}" + (" (busy)." if where["load"] > 1 else "."),
            "",
            "| backbone | from files, per s | forward alone, per s | share by the clock | share of CPU time |",
            "|---|---|---|---|---|",
        ]
        lines += [
            f"| {row['backbone']} | {row['from_files_per_s']:.1f} | {row['forward_per_s']:.1f} | "
            f"{row['share']:.0%} | {row['share_of_cpu_time']:.0%} |"
            for row in entry["rows"]
        ]
    if "cuda" not in found:
        lines += [
            "",
            "## cuda",
            "",
            "Not measured: no GPU was at hand. `python -m benchmarks.deep_features --device cuda "
            "--backbones resnet50 convnext_base vit_large_patch16_224 --pictures 8192` is ready to "
            "run. Small networks outrun the decoding of PNG on such a device; how many cores read "
            "is in the line of the machine.",
        ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, and write both files."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    asked.add_argument("--backbones", nargs="+", default=["resnet18", "resnet50"])
    asked.add_argument("--pictures", type=int, default=64)
    asked.add_argument("--rounds", type=int, default=5)
    given = asked.parse_args()
    device = device_of(given.device)
    where = machine(device)
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder))
        rows = [
            measure(name, device, given.pictures, given.rounds, Path(folder))
            for name in given.backbones
        ]
    kept = HERE / "deep_features.json"
    found = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    name = device if device == "cuda" else f"cpu, threads: {where['threads']}"
    found[name] = {"machine": where, "rows": rows}
    kept.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = page(found)
    (HERE / "DEEP_FEATURES.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
