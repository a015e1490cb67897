"""What does a visitor see before there is a store?

One build of the demo at most runs per server, in a child process; every visitor watches
the same one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from clnm_core.store.places import default_store
from clnm_core.store.snapshots import current_version
from clnm_core.ui.words import plain

_ROOT = Path(__file__).resolve().parents[2]
_FAILED = (
    "The demo cohorts could not be made. Try again; if it fails again, look at the server's log."
)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the demo is."""

    share: float = 0.0  #: 0 to 1
    step: str = "Starting"
    error: str = ""  #: the sentence for the reader; empty while all is well
    is_running: bool = False


class Builder:
    """Holds the one child process of this server; ``command`` says which."""

    def __init__(self, command: Callable[[], list[str]]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self.progress = Progress()

    def begin(self) -> None:
        """Start the child, unless it runs."""
        with self._lock:
            if self.progress.is_running:
                return
            self.progress = Progress(is_running=True)
            self._child = subprocess.Popen(  # noqa: S603 (own module, own folder)
                self._command(),
                cwd=_ROOT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                stdout=subprocess.PIPE,
                text=True,
            )
        threading.Thread(target=self._watch, args=(self._child,), daemon=True).start()

    def _watch(self, child: subprocess.Popen[str]) -> None:
        with child:
            for line in child.stdout or ():
                self.progress = after(self.progress, line)
        failed = child.returncode != 0 and not self.progress.error
        self.progress = replace(
            self.progress, is_running=False, error=_FAILED if failed else self.progress.error
        )

    def stop(self) -> None:
        """End the child, if it runs."""
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                self._child.terminate()


def command() -> list[str]:
    """What the child runs."""
    return [sys.executable, "-m", "clnm_core.ui.demo_build", str(default_store())]


_BUILDER = Builder(command)


def after(progress: Progress, line: str) -> Progress:
    """The progress after one line of the child; words that are no JSON change nothing."""
    try:
        words = json.loads(line)
    except ValueError:
        return progress
    if not isinstance(words, dict):
        return progress
    if "error" in words:
        return replace(progress, error=str(words["error"]))
    if "share" in words:
        share = min(max(float(words["share"]), 0.0), 1.0)
        return replace(progress, share=share, step=str(words.get("step", "")))
    return progress


def begin() -> None:
    """Start making the demo, unless that is under way."""
    _BUILDER.begin()


def stop() -> None:
    """End the child process, if any; the store stays as it was."""
    _BUILDER.stop()


def draw() -> None:
    """Show how far the demo is; go on to the page when it is there."""
    st.title("Making the demo cohorts", anchor=False)
    st.write(
        "This server has no data yet. It is making five synthetic cohorts with images, "
        "outcomes and predictions, so that every page has something to show. "
        "This takes about a minute."
    )
    _begin_once()
    _watch()


def draw_aside() -> None:
    """The same, small, beside a page that needs no cohort."""
    _begin_once()
    with st.sidebar:
        st.caption("Making the demo cohorts")
        _watch()


def _begin_once() -> None:
    if not _BUILDER.progress.is_running and not _BUILDER.progress.error:
        begin()


@st.fragment(run_every=0.5)
def _watch() -> None:
    if current_version(default_store()):
        st.rerun()
    progress = _BUILDER.progress
    if progress.error and not progress.is_running:
        st.error(plain(progress.error), icon=":material/error:")
        st.button("Try again", on_click=begin, type="primary")
        return
    st.progress(progress.share, text=f"{plain(progress.step)} · {progress.share:.0%}")
