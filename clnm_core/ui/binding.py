"""Who can reach the server, and do they have to sign in?"""

from __future__ import annotations

import ipaddress
import tomllib
from pathlib import Path

from clnm_core.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
"""Folder of ``app.py`` and ``.streamlit``."""


def require_private(address: str, root: Path = ROOT) -> None:
    """Refuse an address that other machines reach while nobody has to sign in.

    Parameters
    ----------
    address : str
        To bind; empty means every address of the machine.
    root : pathlib.Path
        Where ``.streamlit/secrets.toml`` is looked for.

    Raises
    ------
    InputError
        If the address is not this machine's own and OpenID Connect is not configured.
    """
    if is_loopback(address) or has_sign_in(root):
        return
    raise InputError(
        f"Binding {address or 'every address'} would open the dashboard to other machines without "
        "sign-in. Configure OpenID Connect under [auth] in .streamlit/secrets.toml, or serve on "
        "127.0.0.1."
    )


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
