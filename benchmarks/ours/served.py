"""The app on a server of its own, as a visitor meets it."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers.

    Parameters
    ----------
    url : str
    pid : int
    ready : float
        Seconds from its start to its first answer.

    """

    url: str
    pid: int
    ready: float


@contextlib.contextmanager
def served(store: Path, *settings: str, log: Path | None = None) -> Iterator[Served]:
    """The app on this store, on a free port; ended with the block.

    Parameters
    ----------
    store : pathlib.Path
    *settings : str
        More of Streamlit's settings, as ``--server.disconnectedSessionTTL=5``.
    log : pathlib.Path, optional
        Where all that the server says is written; by default nowhere.

    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with (log or Path(os.devnull)).open("wb") as out:
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py")),
                *(f"--server.port={port}", "--server.headless=true", *settings),
            ],
            env=os.environ | {"CLNM_STORE": str(store)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        started = time.perf_counter()
        while server.poll() is None:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{url}/api/ready", timeout=5)  # noqa: S310
                break
            time.sleep(0.05)
        else:
            raise RuntimeError(f"the server ended with {server.returncode} before it was ready.")
        yield Served(url, server.pid, time.perf_counter() - started)
    finally:
        server.terminate()
        server.wait(20)


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for path in found for one in path.read_text(encoding="utf-8").split()]


def memory_mib(pid: int, *, peak: bool = False) -> float:
    """Memory of a process that is in use now, or the most that ever was, in MiB."""
    name = "VmHWM" if peak else "VmRSS"
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024
