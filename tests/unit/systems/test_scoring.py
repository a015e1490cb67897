"""Is each of many cases judged as if it were alone, and does a bad one hold up no other?"""

from __future__ import annotations

import gc
import time
import weakref
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import FeatureError, UnfitCaseError
from clnm_core.imaging.geometry import capsule_distance_mm
from clnm_core.imaging.rendering import png_bytes
from clnm_core.systems import scoring_pictures
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical_system import CLINICAL
from clnm_core.systems.protocol import Inputs
from clnm_core.systems.run import Run
from clnm_core.systems.scoring import (
    AT_ONCE,
    CANCELLED,
    NO_ROW,
    NOTHING_KNOWN,
    Batch,
    Judge,
    score,
    steps,
)
from clnm_core.systems.scoring_pictures import PROPOSED, File, Given, Opened, opened
from tests.us_file import ultrasound_of

NAMES = ("age_years", "sex", "capsule_distance_mm")
COLUMNS = BUILT_IN.only(NAMES).predictors()
SEEING = Inputs(BUILT_IN.only(["age_years"]).predictors(), ("any",), "US", ("lesion", "gland"))
SHAPE = (120, 160)


@dataclass(eq=False)
class Distances:
    """Reads the age and the distance that it measures on the outlines."""

    inputs: Inputs = SEEING
    system: str = "seeing"
    outcome: str = "lateral"
    sizes: list[int] = field(default_factory=list)
    breaks_on: float = -1.0
    error: type[Exception] = FeatureError

    def risk(self, cases: Cases) -> np.ndarray:
        self.sizes.append(len(cases))
        ages = cases.frame["age_years"].to_numpy()
        if (ages == self.breaks_on).any():
            raise self.error("This age cannot be measured. Leave the case out.")
        items = [cases.views_of(name)[0].read() for name in cases.frame["case_id"]]
        far = [capsule_distance_mm(i.lesion, i.gland, i.spacing_mm or (1, 1)) for i in items]
        return expit(1 - np.array(far) + np.nan_to_num(ages) / 100)


@pytest.fixture(autouse=True, scope="module")
def _read_once():
    """Each file is read by the guarded process as ever, but equal bytes only once."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("read_untrusted", "read_mask"):
            patched.setattr(scoring_pictures, name, lru_cache(getattr(scoring_pictures, name)))
        yield


def table(n: int, seed: int = 100) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "case_id": [f"c{i}" for i in range(n)],
            "age_years": rng.integers(20, 80, n).astype(float),
            "sex": rng.choice(["female", "male"], n).astype(object),
            "capsule_distance_mm": rng.gamma(2, 3, n),
        }
    )


@pytest.fixture(scope="module")
def clinical() -> Judge:
    frame = table(300)
    frame["patient_id"] = frame["case_id"]
    risk = expit(1 - 0.3 * frame["capsule_distance_mm"])
    frame["lateral"] = pd.array(np.random.default_rng(100).random(300) < risk, dtype="boolean")
    cases = Cases(frame, BUILT_IN.only([*frame.columns]))
    config = {"predictors": list(NAMES)}
    fitted = CLINICAL.fit(cases, None, outcome="lateral", config=config, seed=100, run=Run())
    return Judge("clinical", fitted.model, 0.5)


def ellipse(row: float, column: float, down: float, across: float) -> np.ndarray:
    rows, columns = np.indices(SHAPE)
    return ((rows - row) / down) ** 2 + ((columns - column) / across) ** 2 < 1


GLAND = ellipse(60, 80, 45, 65)


def dicom(seed: int) -> bytes:
    grey = np.random.default_rng(seed).gamma(3.0, 20.0, SHAPE) * (0.5 + 0.5 * GLAND)
    return ultrasound_of(grey.clip(0, 255).astype(np.uint8), (0.25, 0.25))


def given(data: bytes, *, lesion_row: int | None = 50, gland: bytes | None = None) -> Given:
    masks = {}
    if lesion_row is not None:
        lesion = png_bytes(ellipse(lesion_row, 80, 10, 14))
        masks = {"nodule": lesion, "gland": gland or png_bytes(GLAND)}
    files = {name: File(f"{name}.png", lambda data=mask: data) for name, mask in masks.items()}
    return Given(File("a.dcm", lambda: data), "transverse", files)


def opening(*pictures: Given):
    return partial(opened, pictures, structures=SEEING.structures, modality="US")


def batch_of(frame: pd.DataFrame, **more) -> Batch:
    return Batch(frame, COLUMNS, **more)


def test_ten_thousand_rows_get_the_risk_that_each_gets_alone(clinical: Judge) -> None:
    frame = table(10_000, seed=101)
    began = time.process_time()
    found = score([clinical], batch_of(frame))
    assert time.process_time() - began < 3
    assert found["case_id"].tolist() == frame["case_id"].tolist()
    whole = clinical.model.risk(Cases(frame, BUILT_IN.only([*frame.columns])))
    np.testing.assert_allclose(found["clinical_risk"], whole, rtol=1e-12)
    reached = found["clinical_threshold_reached"].to_numpy(dtype=bool)
    np.testing.assert_array_equal(reached, found["clinical_risk"] >= 0.5)
    assert (found["clinical_why_not"] == "").all()


def test_a_case_of_which_nothing_is_known_gets_no_risk(clinical: Judge) -> None:
    frame = table(3)
    frame.loc[1, list(NAMES)] = [np.nan, None, np.nan]
    found = score([clinical], batch_of(frame))
    assert found["clinical_why_not"].tolist() == ["", NOTHING_KNOWN, ""]
    assert np.isnan(found["clinical_risk"][1])
    assert found["clinical_threshold_reached"][1] is None


def test_a_truncated_file_among_twenty_costs_one_case_alone(clinical: Judge) -> None:
    frame = table(21)
    files = [given(dicom(0), lesion_row=45 + 5 * (n % 2)) for n in range(21)]
    broken = dicom(0)
    files[7] = replace(files[7], file=File("x.dcm", lambda: broken[: len(broken) // 2]))
    pictures = {f"c{n}": opening(one) for n, one in enumerate(files)}
    judges = [clinical, Judge("seeing", Distances(), 0.3)]
    found = score(judges, batch_of(frame, pictures=pictures))
    bad = found["seeing_risk"].isna()
    assert bad.tolist() == [n == 7 for n in range(21)]
    assert found["seeing_why_not"][7] == found["notes"][7] != ""
    assert found["clinical_risk"].notna().all()
    alone = score(judges, batch_of(frame.iloc[[3]], pictures={"c3": pictures["c3"]}))
    assert alone["seeing_risk"][0] == found["seeing_risk"][3]
    assert found["outlines"].tolist() == ["" if n == 7 else "given" for n in range(21)]


@pytest.mark.parametrize("error", [FeatureError, UnfitCaseError, ValueError, FloatingPointError])
def test_a_case_on_which_a_model_breaks_is_found_and_the_others_are_judged(
    error: type[Exception],
) -> None:
    frame = table(5)
    frame.loc[2, "age_years"] = 99.0
    pictures = {f"c{n}": opening(given(dicom(0))) for n in range(5)}
    model = Distances(breaks_on=99.0, error=error)
    found = score([Judge("seeing", model, 0.3)], batch_of(frame, pictures=pictures))
    assert found["seeing_risk"].isna().tolist() == [False, False, True, False, False]
    assert found["seeing_why_not"][2]
    assert model.sizes == [5, 1, 1, 1, 1, 1]


def test_a_risk_that_is_no_probability_is_not_passed_on() -> None:
    class Odd(Distances):
        def risk(self, cases: Cases) -> np.ndarray:
            return np.array([0.5, np.nan, 1.5])[: len(cases)]

    judge = Judge("odd", Odd(Inputs(COLUMNS)), 0.5)
    found = score([judge], batch_of(table(3)))
    assert found["odd_risk"].notna().tolist() == [True, False, False]
    assert found["odd_why_not"][2].startswith("The model could not compute a risk")


def test_a_row_without_picture_and_a_picture_without_row_are_told_apart(clinical: Judge) -> None:
    frame = table(3)
    frame.loc[2, list(NAMES)] = [np.nan, None, np.nan]
    pictures = {"c1": opening(given(dicom(0))), "c2": opening(given(dicom(0)))}
    judges = [clinical, Judge("seeing", Distances(), 0.3)]
    has_row = np.array([True, True, False])
    found = score(judges, batch_of(frame, pictures=pictures, has_row=has_row))
    assert found["clinical_why_not"].tolist() == ["", "", NO_ROW]
    assert found["seeing_why_not"].tolist() == ["It has no ultrasound picture.", "", ""]


def test_cancelling_half_way_keeps_what_is_judged_and_says_so_of_the_rest(clinical: Judge) -> None:
    frame = table(100)
    pictures = {f"c{n}": opening_of_nothing for n in range(100)}
    seen: list[float] = []
    judges = [Judge("seeing", Distances(), 0.3), clinical]
    found = score(
        judges,
        batch_of(frame, pictures=pictures),
        progress=lambda share, step: seen.append(share),
        is_cancelled=lambda: bool(seen) and seen[-1] >= 0.64,
    )
    assert len(found) == 100
    assert (found["clinical_why_not"][:AT_ONCE] == "").all()
    assert (found["clinical_why_not"][AT_ONCE:] == CANCELLED).all()
    assert found["clinical_risk"][AT_ONCE:].isna().all()
    assert seen == sorted(seen)


def opening_of_nothing() -> Opened:
    return Opened(pixels=1)


def test_cancelling_at_once_gives_a_whole_table_of_cases_that_were_not_judged(
    clinical: Judge,
) -> None:
    found = score(
        [clinical], batch_of(table(3000), origin=pd.DataFrame({"row": range(3000)})),
        is_cancelled=lambda: True,
    )  # fmt: skip
    assert found["clinical_why_not"].eq(CANCELLED).sum() == 3000 - 2048
    assert found["row"].tolist() == list(range(3000))


def test_pictures_are_let_go_of_with_their_parcel() -> None:
    kept: list[weakref.ref] = []

    def open_one() -> Opened:
        one = opened([given(dicom(0))], structures=(), modality="US")
        kept.append(weakref.ref(one.views[0].read().grey))
        return one

    frame = table(4)
    pictures = {f"c{n}": open_one for n in range(4)}
    work = steps([Judge("seeing", Distances(), 0.3)], batch_of(frame, pictures=pictures))
    for _ in work:
        pass
    gc.collect()
    assert len(kept) == 4
    assert not any(one() for one in kept)


def test_large_pictures_are_judged_in_smaller_parcels(clinical: Judge) -> None:
    pictures = {f"c{n}": lambda: Opened(pixels=10_000_000) for n in range(6)}
    judges = [Judge("seeing", Distances(), 0.5), clinical]
    found = [step.rows for step in steps(judges, batch_of(table(6), pictures=pictures))]
    assert [len(rows) for rows in found if len(rows)] == [2, 2, 2]


def test_risks_do_not_depend_on_how_many_are_judged_together(clinical: Judge) -> None:
    pictures = {f"c{n}": opening_of_nothing for n in range(10)}
    judges = [Judge("seeing", Distances(), 0.5), clinical]
    parts = [step.rows for step in steps(judges, batch_of(table(10), pictures=pictures), at_once=3)]
    whole = score(judges, batch_of(table(10), pictures=pictures))
    np.testing.assert_allclose(
        pd.concat(parts)["clinical_risk"].dropna(), whole["clinical_risk"], rtol=1e-12
    )


def test_what_the_table_lacks_is_measured_on_given_outlines(clinical: Judge) -> None:
    frame = table(2)
    frame["capsule_distance_mm"] = [np.nan, 9.0]
    pictures = {f"c{n}": opening(given(dicom(0))) for n in range(2)}
    judges = [clinical, Judge("seeing", Distances(), 0.3)]
    found = score(judges, batch_of(frame, pictures=pictures))
    measured = opening(given(dicom(0)))().measured["capsule_distance_mm"]
    asked = frame.assign(capsule_distance_mm=[measured, 9.0])
    np.testing.assert_allclose(
        found["clinical_risk"], clinical.model.risk(Cases(asked, BUILT_IN)), rtol=1e-12
    )
    assert f"Capsule distance {measured:.1f} mm" in found["measured"][0]


def test_outlines_that_nobody_gave_are_proposed_and_flagged() -> None:
    masks = {"nodule": ellipse(50, 80, 10, 14), "gland": GLAND}
    bare = given(dicom(0), lesion_row=None)
    found = opened([bare], structures=("gland",), modality="US", propose=lambda image: masks)
    assert found.outlines == "proposed"
    assert PROPOSED in found.notes
    assert (found.views[0].has_gland, found.views[0].has_lesion) == (True, False)
    none = opened([bare], structures=(), modality="US", propose=lambda image: masks)
    assert (none.outlines, none.notes) == ("", ())


def test_an_outline_that_was_given_is_kept_beside_one_that_is_proposed() -> None:
    masks = {"nodule": ellipse(90, 40, 5, 5), "gland": GLAND}
    one = given(dicom(0))
    one = replace(one, masks={"nodule": one.masks["nodule"]})
    found = opened([one], structures=("gland", "lesion"), modality="US", propose=lambda i: masks)
    np.testing.assert_array_equal(found.views[0].read().lesion, ellipse(50, 80, 10, 14))
    assert found.views[0].has_gland
    assert found.outlines == "proposed"


def test_a_picture_that_shows_nothing_is_not_judged() -> None:
    found = opened(
        [given(png_bytes(np.zeros(SHAPE, dtype=np.uint8)))], structures=(), modality="US"
    )
    assert not found.views
    assert found.refusals[0].startswith("The picture has one grey level all over")


def test_nothing_is_proposed_on_ct() -> None:
    grey = np.tile(np.arange(SHAPE[1], dtype=np.uint8), (SHAPE[0], 1))
    bare = given(png_bytes(grey), lesion_row=None)
    found = opened([bare], structures=("lesion",), modality="CT", propose=lambda image: 1 / 0)
    assert not found.views[0].has_lesion


@pytest.mark.parametrize(
    ("gland", "said"),
    [
        (png_bytes(np.zeros(SHAPE, dtype=bool)), "The outline of the gland is empty"),
        (png_bytes(np.ones((9, 9), dtype=bool)), "The outline of the gland was left out. The mask"),
        (b"no picture", "The outline of the gland was left out."),
    ],
)
def test_a_bad_outline_is_left_out_with_a_sentence(gland: bytes, said: str) -> None:
    found = opened([given(dicom(0), gland=gland)], structures=("lesion",), modality="US")
    assert found.outlines == "given"
    assert found.notes[0].startswith(said)
    assert found.views[0].has_lesion
    assert not found.views[0].has_gland


@pytest.mark.parametrize("data", [b"", b"x", b"=cmd", "😀".encode(), b"\x89PNG\r\n\x1a\n"])
def test_a_file_that_is_no_picture_is_a_sentence(data: bytes) -> None:
    found = opened([given(data)], structures=("lesion",), modality="US")
    assert not found.views
    assert len(found.refusals) == 1
    assert found.refusals[0].endswith(".")


def test_a_file_that_cannot_be_opened_is_a_sentence() -> None:
    def fails() -> bytes:
        raise PermissionError(13, "Permission denied")

    found = opened([Given(File("a.png", fails))], structures=(), modality="")
    assert found.refusals == ("The file cannot be read: Permission denied. Check its rights.",)
