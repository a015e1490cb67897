"""Nobody else reaches the dashboard unless they have to sign in."""

from __future__ import annotations

from pathlib import Path

import pytest

from clnm_core.errors import InputError
from clnm_core.ui.binding import require_private


@pytest.mark.parametrize("address", ["", "192.168.1.9", "::", "my-host"])
def test_an_open_address_needs_sign_in(tmp_path: Path, address: str) -> None:
    with pytest.raises(InputError, match="without sign-in"):
        require_private(address, tmp_path)
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    secrets.write_text("[auth\n")
    with pytest.raises(InputError, match="without sign-in"):
        require_private(address, tmp_path)
    secrets.write_text('[auth]\nclient_id = "x"\n')
    require_private(address, tmp_path)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3", "localhost", "::1"])
def test_this_machine_needs_none(tmp_path: Path, address: str) -> None:
    require_private(address, tmp_path)
