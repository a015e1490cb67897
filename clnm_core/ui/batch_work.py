"""How far is the judging of many cases that a visitor asked for?

The work is done a little at a time while the page follows it, so that it stops when the visitor
cancels or leaves, and no process goes on without anybody.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from clnm_core.jobs.pace import Pace
from clnm_core.systems.scoring import Batch, Judge, finished, steps

AT_ONCE = 8
"""Cases with pictures between two looks at the page."""

_KEPT = "_batch_work"


class Work:
    """Some cases on their way through some models.

    Parameters
    ----------
    key : str
        Of all that was given; other things given are other work.
    judges : sequence of Judge
    batch : Batch

    """

    def __init__(self, key: str, judges: Sequence[Judge], batch: Batch) -> None:
        self.key = key
        self.thresholds = {judge.name: judge.threshold for judge in judges}
        self.pace = Pace()
        self.table: pd.DataFrame | None = None
        self._judges, self._batch = judges, batch
        self._steps = steps(judges, batch, at_once=AT_ONCE)
        self._found: list[pd.DataFrame] = []

    def advance(self, seconds: float) -> None:
        """Work for about so long; afterwards ``table`` is there once all is done."""
        until = time.monotonic() + seconds
        while self.table is None:
            step = next(self._steps, None)
            if step is None:
                self.stop()
                return
            self.pace.report(step.share, step.words)
            if len(step.rows):
                self._found.append(step.rows)
            if time.monotonic() >= until:
                return

    def stop(self) -> None:
        """Let the cases that are left be; the table says so of each."""
        if self.table is None:
            self.table = finished(self._judges, self._batch, self._found)
            self._found, self._batch, self._judges = [], _NOTHING, ()
            self._steps = iter(())


_NOTHING = Batch(pd.DataFrame({"case_id": []}), ())


def current(key: str) -> Work | None:
    """The visitor's work on these things; work on other things is forgotten."""
    work: Work | None = st.session_state.get(_KEPT)
    if work is not None and work.key != key:
        forget()
        return None
    return work


def begin(key: str, judges: Sequence[Judge], batch: Batch) -> None:
    """Begin the work; nothing is judged yet."""
    st.session_state[_KEPT] = Work(key, judges, batch)


def forget() -> None:
    """Let go of the work and of its result."""
    st.session_state.pop(_KEPT, None)
