"""How long still, at the pace so far?"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

_EARLIEST_S = 1.0


class Pace:
    """Keeps how far a job is, and foresees its end from what was done since it began here.

    A job that goes on where an earlier worker died begins with a share that cost this one
    nothing; only what is added counts as pace. Threads may write and read.

    Parameters
    ----------
    clock : callable
        Seconds, rising.

    Examples
    --------
    >>> seconds = iter([0.0, 10.0, 10.0])
    >>> pace = Pace(lambda: next(seconds))
    >>> pace.report(0.5, "half was there")
    >>> pace.report(0.75, "and a quarter more in ten seconds")
    >>> pace.seconds_left()
    10.0

    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._first: tuple[float, float] | None = None
        self.share = 0.0
        self.step = ""

    def report(self, share: float, step: str) -> None:
        """Say how far, in [0, 1], and what is being done."""
        with self._lock:
            self.share, self.step = min(max(share, 0.0), 1.0), step
            if self._first is None and share > 0:
                self._first = (self._clock(), self.share)

    def seconds_left(self) -> float | None:
        """Seconds until the end; ``None`` while that cannot be said."""
        with self._lock:
            if self._first is None:
                return None
            began, share = self._first
            passed, done = self._clock() - began, self.share - share
            if passed < _EARLIEST_S or done <= 0:
                return None
            return passed * (1 - self.share) / done
