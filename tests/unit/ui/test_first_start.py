"""Making the demo while visitors watch."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from clnm_core.errors import StoreBusyError
from clnm_core.synth import demo
from clnm_core.ui import demo_build, first_start
from clnm_core.ui.first_start import Builder, Progress, after


def test_a_line_of_the_child_moves_the_progress() -> None:
    line = json.dumps({"share": 0.4, "step": "drawing images"})
    moved = after(Progress(is_running=True), line)
    assert moved == Progress(0.4, "drawing images", "", True)


@pytest.mark.parametrize("line", ["", "warning: slow disk\n", "[1, 2]", '{"done": 1}'])
def test_other_words_of_the_child_change_nothing(line: str) -> None:
    assert after(Progress(0.2, "a"), line) == Progress(0.2, "a")


def test_progress_stays_between_nothing_and_all() -> None:
    assert after(Progress(), '{"share": 7, "step": "x"}').share == 1.0


def child(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def wait(builder: Builder) -> None:
    end = time.monotonic() + 20
    while builder.progress.is_running and time.monotonic() < end:
        time.sleep(0.02)
    assert not builder.progress.is_running


def test_two_visitors_start_one_build(tmp_path: Path) -> None:
    note = tmp_path / "started"
    text = f"import time; open({str(note)!r}, 'a').write('x'); time.sleep(0.5)"
    builder = Builder(lambda: child(text))
    for _ in range(5):
        builder.begin()
    wait(builder)
    assert note.read_text() == "x"


def test_a_child_that_dies_leaves_a_sentence_and_can_be_tried_again() -> None:
    builder = Builder(lambda: child("raise SystemExit(3)"))
    builder.begin()
    wait(builder)
    assert "could not be made" in builder.progress.error
    builder.begin()
    assert builder.progress.error == ""
    wait(builder)


def test_the_sentence_of_the_child_is_the_one_that_is_shown() -> None:
    text = "import json; print(json.dumps({'error': 'The disk is full.'})); raise SystemExit(2)"
    builder = Builder(lambda: child(text))
    builder.begin()
    wait(builder)
    assert builder.progress.error == "The disk is full."


def test_stopping_ends_the_child() -> None:
    builder = Builder(lambda: child("import time; time.sleep(60)"))
    builder.begin()
    builder.stop()
    wait(builder)


def test_the_child_says_an_error_that_a_reader_can_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def busy(*args: object, **more: object) -> int:
        raise StoreBusyError("Another process is publishing. Try again in a minute.")

    monkeypatch.setattr(demo, "build_demo", busy)
    assert demo_build.main(str(tmp_path)) == 2
    assert json.loads(capsys.readouterr().out) == {
        "error": "Another process is publishing. Try again in a minute."
    }


def test_the_build_of_this_server_is_the_demo() -> None:
    assert first_start.command()[1:3] == ["-m", "clnm_core.ui.demo_build"]
