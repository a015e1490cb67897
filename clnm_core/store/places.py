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
          ops.sqlite               the audit trail, notes on failures, jobs, quarantine
          images/ab/abcdef....png  pictures, by the SHA-256 of their bytes
          dicom/ab/abcdef....dcm   the same, de-identified, with their measured values
          quarantine/              what waits for a person's look, readable by its owner only
          features/                tables of features, by hash; shards/ holds their parts
          models/                  trained models and their manifests
          references/              what each model's own cohort looks like to it, by its digest
          checkpoints/             what trainings that have not ended need to go on
          ablations/               what variants of a network gave, by hash
          saliency/                where the maps of models lie, by hash
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
        """The audit trail, notes on failures, jobs, and what is in quarantine."""
        return self.root / "ops.sqlite"

    @property
    def images(self) -> Path:
        """Folder of the pictures."""
        return self.root / "images"

    @property
    def dicom(self) -> Path:
        """Folder of the de-identified DICOM objects."""
        return self.root / "dicom"

    @property
    def quarantine(self) -> Path:
        """Folder of the files that wait for a person's look."""
        return self.root / "quarantine"

    @property
    def features(self) -> Path:
        """Folder of the tables of features."""
        return self.root / "features"

    @property
    def shards(self) -> Path:
        """Folder of finished parts of feature tables."""
        return self.features / "shards"

    @property
    def models(self) -> Path:
        """Folder of the trained models."""
        return self.root / "models"

    @property
    def references(self) -> Path:
        """Folder of what each model's own cohort looks like to it."""
        return self.root / "references"

    @property
    def checkpoints(self) -> Path:
        """Folder of what trainings that have not ended need to go on."""
        return self.root / "checkpoints"

    @property
    def ablations(self) -> Path:
        """Folder of what variants of a network gave."""
        return self.root / "ablations"

    @property
    def saliency(self) -> Path:
        """Folder of what is known of where the maps of models lie."""
        return self.root / "saliency"

    @property
    def key(self) -> Path:
        """The key of the pseudonyms: beside the store, so that a copy of it carries none."""
        return self.root.with_name(f"{self.root.name}.key")

    @property
    def key_print(self) -> Path:
        """Fingerprint of the key, by which a wrong or missing key is noticed."""
        return self.root / "pseudonyms.fingerprint"
