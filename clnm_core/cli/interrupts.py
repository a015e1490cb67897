"""How does long work on the command line say how far it is, and hear Ctrl-C?"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from clnm_core.cli.output import show_progress
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.pace import Pace

_INTERRUPTED = 130


def shown(pace: Pace) -> Callable[[float, str], None]:
    """Progress on standard error, with the time left once that can be said."""

    def show(share: float, step: str) -> None:
        pace.report(share, step)
        left = pace.seconds_left()
        show_progress(share, step if left is None or share >= 1 else f"{step}, {left:.0f} s left")

    return show


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: the first is a wish to stop, the second stops at once.

    Work that stops because of it (:class:`~clnm_core.jobs.kinds.JobCancelled`) ends the command.
    """
    pressed = threading.Event()

    def press(number: int, frame: FrameType | None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    is_main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, press) if is_main else None
    try:
        yield pressed.is_set
    except JobCancelled:
        sys.stderr.write(
            "Stopped. What is finished is kept; run the same command again to go on.\n"
        )
        raise SystemExit(_INTERRUPTED) from None
    finally:
        if is_main:
            signal.signal(signal.SIGINT, before)
