"""How is a model, or one version of it, retired or brought back?

Nothing is removed: files, risks and record of what is retired stay, and the reason is in the
audit trail.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clnm_core.errors import ModelError, UnknownModelError
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection, schema_of
from clnm_core.store.version_rows import note_shown, show_newest, version_rows

LONGEST_REASON = 500
"""Characters of a reason for retiring."""


def retire(
    root: Path, cohort: str, name: str, *, why: str, version: str = "", actor: str = "local"
) -> int:
    """Retire one version of a model, or the model as a whole; returns the store version.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort, name : str
    why : str
        The reason, for the audit trail and the model card; no identifiers of patients.
    version : str
        Empty for the model as a whole. The next older version that is not retired is shown
        from then on. What was tried in the same training goes with it.
    actor : str
        Who does it.

    Raises
    ------
    ModelError
        If there is no reason, the model is a part of another, or it is retired already.
    UnknownModelError
        If there is no such model, or no such version of it.

    """
    reason = " ".join(why.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise ModelError(
            f"Retiring a model takes a reason of 1 to {LONGEST_REASON} characters; got "
            f"{len(reason)}. It is kept in the audit trail."
        )
    at = datetime.now(UTC).isoformat(timespec="seconds")

    def build(con: Connection) -> None:
        chosen = [row for row in _known(con, cohort, name, version) if not row["retired_at"]]
        if not chosen:
            raise ModelError(f"{_called(name, version)} is retired already. Nothing was changed.")
        for row in [*chosen, *_parts_of(con, cohort, name, chosen if version else None)]:
            con.execute(
                "UPDATE main.model_versions SET retired_at = ?, retired_by = ?, retired_why = ?, "
                "retired_whole = ? WHERE cohort = ? AND name = ? AND version = ?",
                [at, actor, reason, not version, cohort, row["name"], row["version"]],
            )
            show_newest(con, cohort, row["name"])

    detail = {"cohort": cohort, "model": name, "model_version": version or "all", "why": reason}
    return publish(root, build, action="retire model", detail=detail, actor=actor)


def restore(root: Path, cohort: str, name: str, *, version: str = "", actor: str = "local") -> int:
    """Bring back a version, or a model that was retired as a whole; returns the store version.

    Versions that had been retired one by one before the model was stay retired.

    Raises
    ------
    ModelError
        If the model is a part of another, or nothing of it is retired in that way.
    UnknownModelError
        If there is no such model, or no such version of it.

    """

    def build(con: Connection) -> None:
        known = _known(con, cohort, name, version)
        chosen = [row for row in known if row["retired_at"] and (version or row["retired_whole"])]
        if not chosen:
            raise ModelError(_nothing_to_restore(name, version, known))
        for row in [*chosen, *_parts_of(con, cohort, name, chosen)]:
            con.execute(
                "UPDATE main.model_versions SET retired_at = NULL, retired_by = NULL, "
                "retired_why = NULL, retired_whole = NULL WHERE cohort = ? AND name = ? AND version = ?",
                [cohort, row["name"], row["version"]],
            )
            show_newest(con, cohort, row["name"])

    detail = {"cohort": cohort, "model": name, "model_version": version or "all"}
    return publish(root, build, action="restore model", detail=detail, actor=actor)


def _known(con: Connection, cohort: str, name: str, version: str) -> list[dict[str, Any]]:
    """The versions that are meant: all of a model, or one."""
    schema_of(cohort)
    for (shown,) in con.execute(
        "SELECT name FROM main.models WHERE cohort = ?", [cohort]
    ).fetchall():
        note_shown(con, cohort, shown)
    rows = version_rows(con, cohort, name)
    if not rows:
        raise UnknownModelError(
            f"Cohort {cohort[:63]!r} has no model {name[:60]!r}. See the models of the cohort."
        )
    whole = json.loads(rows[-1]["manifest"]).get("part_of")
    if whole:
        raise ModelError(
            f"{name!r} was tried in the training of {whole!r} and goes with it. Retire or bring "
            f"back {whole!r}."
        )
    chosen = [row for row in rows if version in ("", row["version"])]
    if not chosen:
        raise UnknownModelError(
            f"Model {name!r} has no version {version[:12]!r}. Its versions are "
            f"{', '.join(row['version'] for row in rows)}."
        )
    return chosen


def _parts_of(
    con: Connection, cohort: str, name: str, chosen: list[dict[str, Any]] | None
) -> list[dict[str, Any]]:
    """Versions of what was tried in the trainings of some versions of a model, or of all."""
    found = con.execute(
        "SELECT DISTINCT name FROM main.model_versions WHERE cohort = ? "
        "AND json_extract_string(manifest, '$.part_of') = ?",
        [cohort, name],
    ).fetchall()
    rows = [row for (part,) in sorted(found) for row in version_rows(con, cohort, part)]
    if chosen is None:
        return [row for row in rows if not row["retired_at"]]
    together = {row["published_after"] for row in chosen}
    return [row for row in rows if row["published_after"] in together]


def _called(name: str, version: str) -> str:
    return f"Version {version!r} of {name!r}" if version else f"Model {name!r}"


def _nothing_to_restore(name: str, version: str, known: list[dict[str, Any]]) -> str:
    alone = [row["version"] for row in known if row["retired_at"]]
    if version or not alone:
        return f"{_called(name, version)} is not retired. Nothing was changed."
    return (
        f"Versions of {name!r} were retired one by one: {', '.join(alone)}. Name the one to "
        "bring back."
    )
