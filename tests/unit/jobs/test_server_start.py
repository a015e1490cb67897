"""Claims about jobs and the server: it starts what waits, and starts without it where it cannot."""

from __future__ import annotations

import logging
from pathlib import Path

from clnm_core.errors import JobError
from clnm_core.ui import front


def test_a_server_starts_the_worker_of_its_store(monkeypatch, tmp_path):
    asked: list[Path] = []
    monkeypatch.setenv("CLNM_STORE", str(tmp_path))
    monkeypatch.setattr(front, "ensure_worker_if_needed", asked.append)
    front._go_on_with_jobs()  # noqa: SLF001
    assert asked == [tmp_path]


def test_a_server_starts_where_no_worker_can_be_started(monkeypatch, caplog):
    def refuse(root: Path) -> None:
        raise JobError(f"The store {root} cannot be written.")

    monkeypatch.setattr(front, "ensure_worker_if_needed", refuse)
    with caplog.at_level(logging.ERROR):
        front._go_on_with_jobs()  # noqa: SLF001
    assert "no worker can be started: JobError" in caplog.text
