"""``serve``: open the dashboard in a browser."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from clnm_core.store.places import default_store
from clnm_core.ui.binding import ROOT, require_private


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--address", default="127.0.0.1", help="address to bind (default: %(default)s)"
    )
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="NAME",
        help="name by which visitors call the server, where it is not this machine; repeatable",
    )
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Serve until stopped; refuses an address that others reach while nobody has to sign in."""
    require_private(options.address)
    command = [
        sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"),
        f"--server.address={options.address}", f"--server.port={options.port}", "--server.headless=true",
        *(f"--server.allowedHosts={host}" for host in ("127.0.0.1", "localhost", *options.host)),
    ]  # fmt: skip
    environment = os.environ | {"CLNM_STORE": str(options.store)}
    code = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode  # noqa: S603 (own arguments)
    return {"address": options.address, "port": options.port, "exit": code}


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    return f"The server on {result['address']}:{result['port']} has stopped."
