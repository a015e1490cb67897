"""Find a Chromium for the browser tests, or install one.

In this order: ``$CHROMIUM``, a browser on the path, Playwright's own download; then, to
install one, Debian's package (for root) or Playwright's. Prints the path; exits 1 with a
sentence when there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_DEBIAN = "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium"
_PLAYWRIGHT = [sys.executable, "-m", "playwright", "install", "chromium"]


def find_chromium() -> str | None:
    """Path of a Chromium that is there already, or ``None``."""
    named = os.environ.get("CHROMIUM")
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    return named or found or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _installers() -> list[list[str]]:
    is_debian_root = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    return [["sh", "-c", _DEBIAN], _PLAYWRIGHT] if is_debian_root else [_PLAYWRIGHT]


def main() -> int:
    """Print the browser's path, installing one first where there is none."""
    for command in _installers():
        if find_chromium():
            break
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    path = find_chromium()
    if path is None:
        sys.stderr.write(
            "No Chromium was found or could be installed. Install one, or set CHROMIUM to its path.\n"
        )
        return 1
    sys.stdout.write(f"browser tests use {path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
