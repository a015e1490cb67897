"""Where does a store keep what?"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]


def default_store() -> Path:
    """The folder of the store: ``CLNM_STORE`` where it is set, else ``data/store``."""
    named = os.environ.get("CLNM_STORE", "").strip()
    return Path(named).expanduser().resolve() if named else _REPOSITORY / "data" / "store"


@dataclass(frozen=True, slots=True)
class StorePaths:
    """The files of one store.

    ::

        store/
          snapshots/v1.duckdb ...  published versions, never changed
          CURRENT                  the number of the version that is shown
          ops.sqlite               the audit trail, and notes on failures
          images/ab/abcdef....png  pictures, by the SHA-256 of their bytes
          models/                  trained models and their manifests
        store.key                  the key of the pseudonyms: beside the store, never in it
    """

    root: Path

    @property
    def snapshots(self) -> Path:
        """Folder of the published versions."""
        return self.root / "snapshots"

    def snapshot(self, version: int) -> Path:
        """File of one published version."""
        return self.snapshots / f"v{version}.duckdb"

    @property
    def current(self) -> Path:
        """File that names the version to show."""
        return self.root / "CURRENT"

    @property
    def publishing(self) -> Path:
        """File that the one publisher keeps locked."""
        return self.root / "publishing.lock"

    @property
    def ledger(self) -> Path:
        """The audit trail, and the notes on failures."""
        return self.root / "ops.sqlite"

    @property
    def images(self) -> Path:
        """Folder of the pictures."""
        return self.root / "images"

    @property
    def models(self) -> Path:
        """Folder of the trained models."""
        return self.root / "models"

    @property
    def key(self) -> Path:
        """The key of the pseudonyms: beside the store, so that a copy of it carries none."""
        return self.root.with_name(f"{self.root.name}.key")

    @property
    def key_print(self) -> Path:
        """Fingerprint of the key, by which a wrong or missing key is noticed."""
        return self.root / "pseudonyms.fingerprint"
