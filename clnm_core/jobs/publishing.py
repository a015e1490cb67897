"""How does a finished table of features come into the store?"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clnm_core.errors import StoreBusyError
from clnm_core.features.items import Extractor
from clnm_core.jobs.feature_rows import FeatureRows
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.store.feature_files import write_table
from clnm_core.store.feature_sets import FeatureSet, feature_sets, plain_settings, put_feature_set
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection
from clnm_core.store.warehouse import Warehouse

_WAIT_S = 120.0
_AGAIN_S = 0.5


def published(
    root: Path,
    cohort: str,
    table: FeatureRows,
    extractor: Extractor,
    *,
    name: str,
    actor: str,
    detail: dict[str, Any],
    is_cancelled: Callable[[], bool] = lambda: False,
) -> FeatureSet:
    """Write a table and publish its record; one of that name is replaced.

    Where the version shown has the very same table, nothing is published and its record is
    returned. While another process publishes, this one waits.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort : str
    table : FeatureRows
    extractor : Extractor
        What measured.
    name, actor : str
        Of the table; who asked.
    detail : dict
        How it was measured: device, seconds, and the like.
    is_cancelled : callable
        Asked while another process publishes.

    Raises
    ------
    JobCancelled
        If it was asked to stop while it waited.
    StoreError
        If the store cannot be written.

    """
    digest = write_table(root, table.rows, extractor.names, table.values)
    fresh = FeatureSet(
        cohort=cohort,
        name=name,
        kind=extractor.kind,
        settings=plain_settings(extractor.settings),
        digest=digest,
        rows=len(table.rows),
        columns=len(extractor.names),
        detail=detail
        | {
            "set_aside": [{"image": one.image_id, "reason": one.reason} for one in table.set_aside],
            "reasons": table.reasons,
        },
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    standing = _same(root, fresh)
    if standing is not None:
        return standing
    put_in_store(root, fresh, actor=actor, is_cancelled=is_cancelled)
    return fresh


def put_in_store(
    root: Path,
    fresh: FeatureSet,
    *,
    actor: str,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Publish the record of a table; errors as of :func:`published`."""

    def build(con: Connection) -> None:
        put_feature_set(con, fresh)

    said = {
        "cohort": fresh.cohort,
        "features": fresh.kind,
        "name": fresh.name,
        "rows": fresh.rows,
        "columns": fresh.columns,
        "digest": fresh.digest,
    }
    publish_when_free(
        root, build, action="extract", detail=said, actor=actor, is_cancelled=is_cancelled
    )


def publish_when_free(
    root: Path,
    build: Callable[[Connection], None],
    *,
    action: str,
    detail: dict[str, Any],
    actor: str,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """As :func:`~clnm_core.store.snapshots.publish`, but wait while another process publishes.

    Raises
    ------
    JobCancelled
        If it was asked to stop while it waited.
    StoreError
        If the store cannot be written, or is busy for two minutes.

    """
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            return publish(root, build, action=action, detail=detail, actor=actor)
        except StoreBusyError:
            if is_cancelled():
                raise JobCancelled("Stopped as asked. What is finished is kept.") from None
            if time.monotonic() > until:
                raise
            time.sleep(_AGAIN_S)


def _same(root: Path, fresh: FeatureSet) -> FeatureSet | None:
    """The record of the same table under the same name, where it is shown already."""
    with Warehouse.open(root) as warehouse:
        for one in feature_sets(warehouse, fresh.cohort):
            is_same = (one.name, one.kind, one.digest) == (fresh.name, fresh.kind, fresh.digest)
            same_left_out = one.detail.get("set_aside") == fresh.detail["set_aside"]
            if is_same and same_left_out and one.settings == fresh.settings:
                return one
    return None
