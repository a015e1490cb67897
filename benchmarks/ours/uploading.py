"""What does a page say of a file that a visitor uploads? A browser gives it, and reads the page."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser, Page

PATIENCE_MS = 60_000

_SETTLED = """read => {
    const app = document.querySelector('[data-testid=stApp]');
    const main = document.querySelector('[data-testid=stMain]');
    if (app?.getAttribute('data-test-script-state') !== 'notRunning' || !main) return null;
    const texts = name => [...main.querySelectorAll(`[data-testid=${name}]`)].map(e => e.innerText);
    const errors = texts('stAlertContentError');
    const found = [...main.querySelectorAll('p')].map(e => e.innerText)
        .filter(words => new RegExp(read).test(words));
    const answer = main.querySelector('.st-key-answer');
    return {errors, found, answer: answer ? answer.innerText : ''};
}"""
_SAID = f"read => {{ const it = ({_SETTLED})(read); return it && (it.errors.length || it.found.length) ? it : null; }}"
_NOTHING = f"read => {{ const it = ({_SETTLED})(read); return it && !it.errors.length && !it.found.length; }}"


@dataclass(frozen=True, slots=True)
class Place:
    """A field for files.

    Parameters
    ----------
    field : str
        Class of its container.
    read : str
        Regular expression of a paragraph that the page shows where it could read the file.

    """

    field: str
    read: str


PICTURE = Place("st-key-case_image", r"\d pixels\.")
TABLE = Place("st-key-batch_table", r"^\d[\d,]* cases?\b")


@dataclass(frozen=True, slots=True)
class Said:
    """What the page said: why it refused the file, or what it read and what it answers."""

    refused: str
    read: str
    answer: str

    @property
    def is_exception(self) -> bool:
        """Whether the page had no sentence of its own."""
        return "Something went wrong" in self.refused

    @property
    def is_sentence(self) -> bool:
        """Whether it is refused in a short sentence that shows nothing of the inside."""
        words = self.refused
        return (
            0 < len(words) < 600
            and words.endswith(".")
            and not self.is_exception
            and not re.search(r"Error|Traceback|<script", words)
        )


def visit(browser: Browser, address: str, place: Place) -> Page:
    """A new visitor on a page, as soon as its field for files is there."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    wait_for(page, place)
    return page


def wait_for(page: Page, place: Place) -> None:
    """Wait until the field is there."""
    page.wait_for_selector(
        f".{place.field} input[type=file]", state="attached", timeout=PATIENCE_MS
    )


def said_of(page: Page, place: Place, name: str, data: bytes) -> Said:
    """Upload a file, read what the page says, and take the file away again."""
    page.wait_for_function(_NOTHING, arg=place.read, timeout=PATIENCE_MS)
    page.locator(f".{place.field} input[type=file]").set_input_files([_file(name, data)])  # type: ignore[list-item]
    found = page.wait_for_function(_SAID, arg=place.read, timeout=PATIENCE_MS).json_value()
    page.locator(f".{place.field}").get_by_role("button", name=re.compile("^Remove ")).click()
    page.wait_for_function(_NOTHING, arg=place.read, timeout=PATIENCE_MS)
    return Said(
        *(
            " ".join(words[0].split("\n")[-1].split()) if words else ""
            for words in (found["errors"], found["found"])
        ),
        " ".join(found["answer"].split()),
    )


def imported(page: Page, address: str, files: Sequence[tuple[str, bytes]]) -> list[dict[str, str]]:
    """Try to import images with bad outlines as a cohort; every file that stops it, with why."""
    page.goto(address)
    place = Place("st-key-import_images", "")
    wait_for(page, place)
    page.locator(f".{place.field} input[type=file]").set_input_files(
        [_file(name, data) for name, data in files]  # type: ignore[misc]
    )
    page.get_by_role("button", name="Make a table of these images").click(timeout=PATIENCE_MS)
    page.get_by_text("no text in them names a patient").click(timeout=PATIENCE_MS)
    page.get_by_role("button", name=re.compile(r"^Import \d")).click(timeout=PATIENCE_MS)
    page.get_by_text("Nothing has been stored").wait_for(timeout=PATIENCE_MS)
    with page.expect_download(timeout=PATIENCE_MS) as waiting:
        page.get_by_role("button", name="Download CSV").click()
    text = waiting.value.path().read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def _file(name: str, data: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}
