"""Are pretrained weights at hand, without waiting for a network that is not there?

The client of the hub asks six times with growing pauses before it gives up. A hospital's machine
often has no way out at all, so one short question comes first.
"""

from __future__ import annotations

import threading
import urllib.request
from pathlib import Path

QUESTION_S = 4.0
"""How long the hub may take to answer before it counts as absent, in seconds."""


def weights_file(repository: str, filename: str = "model.safetensors") -> Path | None:
    """A file of weights from this machine's cache, or from the hub.

    Parameters
    ----------
    repository : str
        Name on the hub.
    filename : str
        Only safetensors are asked for: nothing is ever unpickled.

    Returns
    -------
    pathlib.Path or None
        ``None`` where there is no such file, no network within ``QUESTION_S`` seconds, or
        ``HF_HUB_OFFLINE`` is set and the file is not in the cache.

    """
    import huggingface_hub

    kept = huggingface_hub.try_to_load_from_cache(repository, filename)
    if isinstance(kept, str):
        return Path(kept)
    if huggingface_hub.constants.is_offline_mode():
        return None
    if not _answers(huggingface_hub.hf_hub_url(repository, filename)):
        return None
    try:
        return Path(huggingface_hub.hf_hub_download(repository, filename))
    except OSError:  # every error of the hub is one, and so is a full disk
        return None


def _answers(address: str) -> bool:
    """Whether a server says within a few seconds that it has this file.

    Asked in a thread of its own: looking up a name can hang far longer than any limit that a
    connection takes.
    """
    found: list[bool] = []

    def ask() -> None:
        question = urllib.request.Request(address, method="HEAD")  # noqa: S310 (an https address)
        try:
            with urllib.request.urlopen(question, timeout=QUESTION_S) as answer:  # noqa: S310
                found.append(answer.status < 400)
        except (OSError, ValueError):
            return

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(QUESTION_S)
    return bool(found)
