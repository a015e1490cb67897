"""Whatever somebody uploads gets a sentence or an answer, and never an exception."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clnm_core.cli import predict as predict_command
from clnm_core.cli.output import read_toml
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import ClnmError
from clnm_core.imaging.guard import read_masks_untrusted, read_untrusted
from clnm_core.report.case_html import case_html
from clnm_core.report.case_sr import case_sr, sr_dataset
from clnm_core.systems.case import one_case
from clnm_core.systems.protocol import Inputs
from clnm_core.ui import cached_models
from tests.app.conftest import ROOT, words
from tests.app.fake_system import SEEING, publish_seeing
from tests.bad_files import BASE_PICTURE, EVIL_WORDS, READ, REFUSED, BadFile, bad_files
from tests.small_store import NECK, build_small_store
from tests.unit.report.case_sheets import report, sheet_of
from tests.unit.report.dicom_checker import faults

FILES = bad_files()
LONGEST_SENTENCE = 600


def of_kind(*kinds: str) -> list[pytest.ParameterSet]:
    return [pytest.param(one, id=f"{one.kind}-{place}") for place, one in enumerate(FILES) if one.kind in kinds]  # fmt: skip


def is_refused_well(said: str, one: BadFile) -> None:
    """It was to be refused, and what is said is a sentence."""
    assert one.expected == REFUSED, f"{one.id}: {said}"
    is_a_sentence(said, one)


def is_a_sentence(said: str, one: BadFile) -> None:
    """For a reader: short, on one line, and without what the file would have it say."""
    assert said.endswith("."), said
    assert len(said) < LONGEST_SENTENCE
    assert said.isprintable()
    assert "Error" not in said
    assert "Traceback" not in said
    if one.kind != "form":  # what somebody filled in is shown to them, shortened and quoted
        assert "<script" not in said


def test_there_are_two_hundred_and_more_the_same_every_time() -> None:
    assert len(FILES) >= 300
    assert sum(one.kind == "picture" for one in FILES) >= 200
    for one, again in zip(FILES[::9], bad_files()[::9], strict=True):
        assert one.id == again.id
        if "dicom" not in one.id and "cut" not in one.id:  # whose numbers are drawn by chance
            assert one.data == again.data, one.id


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom, of what is written wrongly on purpose
@pytest.mark.parametrize("one", of_kind("picture"))
def test_a_picture_gets_a_sentence_or_is_read(one: BadFile) -> None:
    try:
        image = read_untrusted(one.data, one.name)
    except ClnmError as error:
        is_refused_well(str(error), one)
        return
    assert one.expected == READ, one.id
    assert image.pixels.size
    for note in image.notes:
        is_a_sentence(note, one)


@pytest.mark.parametrize("one", of_kind("outline"))
def test_an_outline_gets_a_sentence_or_is_read(one: BadFile) -> None:
    try:
        masks = read_masks_untrusted(one.data, one.name, image=BASE_PICTURE)
    except ClnmError as error:
        is_refused_well(str(error), one)
        return
    assert one.expected == READ, one.id
    assert all(mask.any() for mask in masks.values())


@pytest.mark.parametrize("one", of_kind("form"))
def test_a_form_gets_a_sentence_or_is_read(one: BadFile, tmp_path: Path) -> None:
    path = tmp_path / one.name
    path.write_bytes(one.data)
    inputs = Inputs(tuple(BUILT_IN.predictors()))
    try:
        case = one_case(inputs, read_toml(str(path)))
    except ClnmError as error:
        is_refused_well(str(error).replace(str(tmp_path), ""), one)
        return
    assert one.expected == READ, one.id
    assert len(case) == 1


@pytest.mark.parametrize("one", of_kind("report"))
def test_a_report_gets_a_sentence_or_goes_all_the_way_out(one: BadFile, tmp_path: Path) -> None:
    path = tmp_path / one.name
    path.write_bytes(one.data)
    model = types.SimpleNamespace(inputs=SEEING)
    try:
        text = predict_command._report(str(path), model)  # type: ignore[arg-type]  # noqa: SLF001
    except ClnmError as error:
        is_refused_well(str(error).replace(str(tmp_path), ""), one)
        return
    assert one.expected == READ, one.id
    case = one_case(SEEING, {}, report_text=text)
    said = str(case.frame["report_text"].iloc[0] or "")
    explanation = report().explanation
    seen = type(explanation)(words=tuple((word, 0.5) for word in said.split()))
    sheet = sheet_of(report(explanation=seen))
    assert "<script" not in case_html(sheet)
    assert json.loads(json.dumps(sheet.to_dict(), allow_nan=False))
    assert case_sr(sheet)
    assert faults(sr_dataset(sheet)) == []


# The page itself

PAGE_PICTURES = (
    "empty", "noise", "text as 'dcm'", "text as '\\u202egnp'", "pdf as dcm", "zip bomb as png",
    "svg as png", "png renamed", "png cut at 50 %", "plain cut at 50 %", "png of (1, 1)",
    "dicom of (1, 1)", "png claims 65535", "dicom claims 1000000 frames",
    "png with a wrong sum over its head", "animated png", "cmyk jpeg", "jpeg turned by 6",
    "float tiff with nan and inf", "dicom: no pixels", "dicom: negative spacing", "dicom: names",
    "dicom: nested beyond reason", "dicom of kind SR", "dicom of kind MR", "usual cine",
)  # fmt: skip
PAGE_REPORTS = ("emoji", "sql", "html", "rtl", "null", "long", "chinese", "blank")


@lru_cache(maxsize=1)
def by_id() -> dict[str, BadFile]:
    return {one.id: one for one in FILES if one.kind == "picture"}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppTest]:
    """One visit for all of them: what one leaves behind, the next would meet."""
    root = tmp_path_factory.mktemp("bad") / "store"
    build_small_store(root)
    model = publish_seeing(root)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("CLNM_STORE", str(root))
        patched.setattr(cached_models, "can_predict", lambda record: record.name == "seeing")
        patched.setattr(cached_models, "load_model", lambda *_, **__: (model, None))
        app = AppTest.from_file(str(ROOT / "clnm_core" / "ui" / "shell.py"), default_timeout=600)
        app.query_params["cohort"] = NECK
        app.query_params["outcome"] = "lateral"
        app.run()
        app.switch_page(str(ROOT / "pages" / "predict.py")).run()
        assert not app.exception
        yield app


@pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom, of what is written wrongly on purpose
@pytest.mark.parametrize("id", PAGE_PICTURES)
def test_the_page_takes_a_bad_picture_with_a_sentence_or_shows_it(page: AppTest, id: str) -> None:
    one = by_id()[id]
    page.file_uploader(key="case_image").upload(one.name, one.data).run()
    assert not page.exception
    errors = [error.value for error in page.error]
    if one.expected == REFUSED:
        assert len(errors) == 1
        assert errors[0].count("\n") == 0
    else:
        assert not errors
        assert "pixels" in words(page)
    assert "<script" not in "\n".join(errors)


@pytest.mark.parametrize("id", PAGE_REPORTS)
def test_the_page_takes_a_bad_report_with_a_sentence_or_an_answer(page: AppTest, id: str) -> None:
    field = next(one for one in page.text_area if one.label == "Report")
    field.set_value(EVIL_WORDS[id]).run()
    assert not page.exception
    shown = "\n".join(str(element.proto.body) for element in page.get("html"))
    assert "<script>alert" not in shown
    assert words(page)
