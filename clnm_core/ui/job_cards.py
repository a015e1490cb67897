"""How far is what runs long? A card per job: step, share, time left, cancel, go on."""

from __future__ import annotations

import streamlit as st

from clnm_core.jobs import queue
from clnm_core.jobs.queue import Job
from clnm_core.jobs.supervisor import ensure_worker
from clnm_core.report.wording import count_text
from clnm_core.store.places import default_store
from clnm_core.ui.words import plain

_ACTIVE = ("queued", "running")
_SHOWN = 5
"""Jobs that have ended and are still listed."""

_ICONS = {
    "queued": ":material/hourglass_empty:",
    "running": ":material/sync:",
    "done": ":material/check_circle:",
    "failed": ":material/error:",
    "cancelled": ":material/cancel:",
}


def draw(kinds: tuple[str, ...], cohort: str) -> None:
    """The jobs of these kinds about one cohort, newest first; follows those that run."""
    found = _jobs(kinds, cohort)
    if not found:
        return
    st.markdown("**Jobs**")
    is_active = any(job.state in _ACTIVE for job in found)
    st.fragment(_cards, run_every="1s" if is_active else None)(kinds, cohort, is_active)


def _cards(kinds: tuple[str, ...], cohort: str, was_active: bool) -> None:
    found = _jobs(kinds, cohort)
    if was_active and not any(job.state in _ACTIVE for job in found):
        # What has just been finished belongs on the whole page, and nothing is left to follow.
        st.rerun()
    for job in found:
        _card(job)


def _jobs(kinds: tuple[str, ...], cohort: str) -> list[Job]:
    of_cohort = [
        job
        for job in queue.jobs(default_store())
        if job.kind in kinds and job.parameters.get("cohort") == cohort
    ]
    ended = [job.id for job in of_cohort if job.state not in _ACTIVE][:_SHOWN]
    return [job for job in of_cohort if job.state in _ACTIVE or job.id in ended]


def _card(job: Job) -> None:
    with st.container(border=True, key=f"job_{job.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{_ICONS[job.state]} **{plain(job.title)}**", width="stretch")
            _buttons(job)
        if job.state in _ACTIVE:
            st.progress(min(max(job.share, 0.0), 1.0), text=plain(_progress_words(job)))
        elif job.state == "failed":
            st.error(plain(job.error))
        else:
            st.caption(plain(job.step or job.state))


def _progress_words(job: Job) -> str:
    if job.state == "queued":
        return "Waits for its turn"
    left = "" if job.seconds_left is None else f", {time_left(job.seconds_left)} left"
    return f"{job.step or 'Starts'}{left}"


def time_left(seconds: float) -> str:
    """A time to wait, as one says it.

    Examples
    --------
    >>> time_left(8), time_left(61), time_left(4000)
    ('about 10 seconds', 'about 1 minute', 'about 1.1 hours')

    """
    if seconds < 55:
        return f"about {max(5, 5 * round(seconds / 5))} seconds"
    if seconds < 3300:
        return f"about {count_text(max(1, round(seconds / 60)), 'minute')}"
    return f"about {seconds / 3600:.1f} hours"


def _buttons(job: Job) -> None:
    if job.state in _ACTIVE:
        st.button(
            "Cancel",
            key=f"cancel_{job.id}",
            icon=":material/close:",
            on_click=queue.cancel,
            args=(default_store(), job.id),
            help="What is finished is kept; the job can go on later.",
        )
    elif job.state in ("failed", "cancelled"):
        st.button(
            "Go on",
            key=f"resume_{job.id}",
            icon=":material/play_arrow:",
            on_click=_resume,
            args=(job.id,),
            help="Starts where the finished parts end.",
        )


def _resume(job_id: str) -> None:
    queue.resume(default_store(), job_id)
    ensure_worker(default_store())
