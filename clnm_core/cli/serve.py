"""``serve``: open the dashboard in a browser."""

from __future__ import annotations

import argparse
import ipaddress
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from clnm_core.errors import InputError
from clnm_core.store.places import default_store

_ROOT = Path(__file__).resolve().parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--address", default="127.0.0.1", help="address to bind (default: %(default)s)"
    )
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Serve until stopped; refuses an address that others reach while nobody has to sign in."""
    if not is_loopback(options.address) and not has_sign_in(_ROOT):
        raise InputError(
            f"Binding {options.address} would open the dashboard to other machines without sign-in. "
            "Configure OpenID Connect under [auth] in .streamlit/secrets.toml, or serve on 127.0.0.1."
        )
    command = [
        sys.executable, "-m", "streamlit", "run", str(_ROOT / "app.py"),
        f"--server.address={options.address}", f"--server.port={options.port}", "--server.headless=true",
    ]  # fmt: skip
    environment = os.environ | {"CLNM_STORE": str(options.store)}
    code = subprocess.run(command, env=environment, cwd=_ROOT, check=False).returncode  # noqa: S603 (own arguments)
    return {"address": options.address, "port": options.port, "exit": code}


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    return f"The server on {result['address']}:{result['port']} has stopped."


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches the address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def has_sign_in(root: Path) -> bool:
    """Whether OpenID Connect is configured in ``.streamlit/secrets.toml``."""
    try:
        secrets = tomllib.loads((root / ".streamlit" / "secrets.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return False
    return bool(secrets.get("auth"))
