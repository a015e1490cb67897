"""What stands between the network and the dashboard?

The ASGI front door: what happens at start and stop, the headers of every answer, the two
health routes, and how an error in a page is said. Images need no route of their own: they
travel inside the visitor's own connection as data, so no address ever names a case.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import importlib
import logging
import secrets
import shutil
import sys
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clnm_core import __version__
from clnm_core.errors import ClnmError, InputError
from clnm_core.imaging import processes
from clnm_core.jobs.supervisor import ensure_worker_if_needed
from clnm_core.store.places import default_store
from clnm_core.store.snapshots import current_version
from clnm_core.ui import first_start
from clnm_core.ui.binding import require_private
from clnm_core.ui.words import plain

SHELL = Path(__file__).with_name("shell.py")
"""The script that runs for every visitor; absolute, so that any directory will do."""

COLLECT_EVERY_S = 60.0
"""Pause between two garbage collections, in seconds."""

LEAST_FREE_BYTES = 200 * 2**20
"""Below this much free disk the server calls itself not ready."""

HEADERS = {
    "content-security-policy": "; ".join(
        [
            "default-src 'self'",
            # Streamlit builds code at run time for its tables and charts, and hands a page's own
            # small scripts to the browser as blobs.
            "script-src 'self' 'unsafe-eval' 'unsafe-inline' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' ws: wss:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

_LOG = logging.getLogger("clnm_core")


class Headers:
    """Put the security headers on every answer; downloads are never kept by a browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                if scope["path"].startswith(("/media/", "/api/")):
                    headers["cache-control"] = "no-store"
            await send(message)

        await self.app(scope, receive, send_with_headers)


def middleware() -> list[Middleware]:
    """What every request passes first."""
    return [Middleware(Headers)]


def refuse_open_address() -> None:
    """Stop with a sentence where the server would be open to others without sign-in."""
    try:
        require_private(st.get_option("server.address") or "")
    except InputError as error:
        sys.exit(str(error))


def routes() -> list[Route]:
    """The health routes, ``/api/live`` and ``/api/ready``, and the long name of the first page."""
    return [
        Route("/api/live", live),
        Route("/api/ready", ready),
        Route("/overview", first_page),
    ]


async def first_page(request: Request) -> RedirectResponse:
    """The first page lives at ``/``; a link that names it keeps its parameters."""
    query = request.url.query
    return RedirectResponse(f"/?{query}" if query else "/")


async def live(request: Request) -> JSONResponse:
    """Whether the process answers at all."""
    return JSONResponse({"live": True, "version": __version__})


async def ready(request: Request) -> JSONResponse:
    """Whether a visitor would see a cohort: 200, else 503 with what is missing."""
    missing = await asyncio.to_thread(_missing)
    return JSONResponse(
        {"ready": not missing, "missing": missing}, status_code=503 if missing else 200
    )


def _missing() -> list[str]:
    from clnm_core.ui import cached

    root = default_store()
    missing = []
    try:
        if current_version(root) == 0:
            missing.append("store")
        else:
            cached.warehouse().cohorts()
    except (ClnmError, OSError):
        missing.append("store")
    place = next(folder for folder in (root, *root.parents) if folder.exists())
    if shutil.disk_usage(place).free < LEAST_FREE_BYTES:
        missing.append("free disk")
    return missing


@contextlib.asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Open or begin to make the store, then keep garbage collection out of the visitors' way."""
    # Only now: caches that are declared before the runtime has started would warn.
    from clnm_core.ui import cached

    logging.getLogger("streamlit.error_util").addFilter(_is_not_from_a_page)
    if current_version(default_store()) == 0:
        first_start.begin()
    else:
        await asyncio.to_thread(cached.warehouse)
        await asyncio.to_thread(_go_on_with_jobs)
    await asyncio.to_thread(processes.warm_up)
    await asyncio.to_thread(load_views)
    gc.collect()
    gc.freeze()
    collector = asyncio.create_task(_collect())
    try:
        yield {}
    finally:
        collector.cancel()
        first_start.stop()
        processes.close()


def _go_on_with_jobs() -> None:
    """Start the worker where jobs wait; it outlives this server, and nothing stops it here."""
    try:
        ensure_worker_if_needed(default_store())
    except ClnmError as error:  # the pages can still be read, and say so when a job is asked for
        _LOG.error("Jobs wait, but no worker can be started: %s", type(error).__name__)


def load_views() -> None:
    """Load the code of every page, so that no visitor waits a second for it."""
    for path in sorted(SHELL.parent.glob("*_view.py")):
        importlib.import_module(f"{__package__}.{path.stem}")


async def _collect() -> None:
    while True:
        await asyncio.sleep(COLLECT_EVERY_S)
        await asyncio.to_thread(_give_back)


def _give_back() -> None:
    """Collect garbage, and let the system have its pages: glibc keeps freed pictures otherwise."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:  # only glibc has it
        trim(0)


def explain(error: Exception) -> bool:
    """Say an error in a page: its sentence where a reader can mend it, else a reference.

    The text of an unexpected error may quote a patient's value, so neither the page nor
    the log carries it; the log has the reference, the type and the places in the code.
    """
    if isinstance(error, ClnmError):
        st.error(plain(str(error)), icon=":material/error:")
        return True
    reference = secrets.token_hex(3).upper()
    places = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    _LOG.error("Reference %s: %s\n%s", reference, type(error).__name__, places)
    st.error(
        f"Something went wrong. Reference {reference}. "
        "Reload the page; if it happens again, tell whoever runs this server the reference.",
        icon=":material/error:",
    )
    return True


def _is_not_from_a_page(record: logging.LogRecord) -> bool:
    """Keep Streamlit's own log of a page's error out: it would quote the error's text."""
    return record.exc_info is None
