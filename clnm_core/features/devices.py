"""On which device is computed?"""

from __future__ import annotations

from clnm_core.errors import DeviceError

DEVICES = ("auto", "cpu", "cuda")


def device_of(wanted: str) -> str:
    """``cpu`` or ``cuda``; ``auto`` is ``cuda`` where there is one.

    Raises
    ------
    DeviceError
        If a CUDA device is wanted and there is none, or the word is not known.

    """
    if wanted not in DEVICES:
        raise DeviceError(f"There is no device {wanted!r}. Choose one of {', '.join(DEVICES)}.")
    if wanted == "cpu":
        return wanted
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "cuda":
        raise DeviceError(
            "There is no CUDA device on this machine, or its driver does not fit. Choose cpu."
        )
    return "cpu"
