"""Does a corrected outline reach the store whole, and can the earlier one come back?"""

# ruff: noqa: S608 (the names in SQL are those of this file)

from __future__ import annotations

import fcntl
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from clnm_core.errors import (
    ImageError,
    LinkError,
    StoreBusyError,
    StoreError,
    UnknownCohortError,
)
from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.store import ledger, outlines
from clnm_core.store.mask_pairs import outlined
from clnm_core.store.outlines import (
    correct_outline,
    correct_outlines,
    history,
    restore_outline,
    stored_mask,
)
from clnm_core.store.places import StorePaths
from clnm_core.store.snapshots import current_version
from clnm_core.store.verification import verify
from clnm_core.store.warehouse import Warehouse
from tests.small_store import CLINIC, NECK, build_small_store

IMAGE, SHAPE = "image-0003", (120, 160)


def disc(radius: float = 20.0, centre: tuple[float, float] = (60, 80)) -> np.ndarray:
    return ellipse_mask(centre, (radius, radius), 0, SHAPE)


@pytest.fixture(scope="module")
def ready_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ready") / "store"
    build_small_store(root)
    return root


@pytest.fixture
def store(ready_store: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ready_store, tmp_path / "store"))


def masks_of(root: Path, image_id: str = IMAGE) -> dict[str, str]:
    with Warehouse.open(root) as warehouse:
        found = warehouse.rows(
            f'SELECT structure, digest FROM "{NECK}".masks WHERE image_id = ?', [image_id]
        )
    return dict(zip(found["structure"], found["digest"], strict=True))


def everything(root: Path) -> dict[str, bytes]:
    """The files that say what the store is; orphaned pictures and locks are not among them."""
    paths = [*StorePaths(root).snapshots.iterdir(), StorePaths(root).current]
    return {path.name: path.read_bytes() for path in paths if path.is_file()}


def test_a_corrected_outline_is_what_the_next_version_shows(store: Path) -> None:
    before, others = masks_of(store), masks_of(store, "image-0004")
    version = correct_outline(store, NECK, IMAGE, "nodule", disc(), actor="dr-a")
    assert version == current_version(store) == 2
    after = masks_of(store)
    assert after["gland"] == before["gland"]
    assert after["nodule"] != before["nodule"]
    assert np.array_equal(stored_mask(store, after["nodule"]), disc())
    assert masks_of(store, "image-0004") == others
    assert verify(store) == []


def test_a_structure_without_an_outline_gets_one(store: Path) -> None:
    correct_outline(store, NECK, IMAGE, "node", disc(9))
    assert set(masks_of(store)) == {"nodule", "gland", "node"}


def test_the_trail_names_the_image_and_both_outlines_and_no_patient(store: Path) -> None:
    before = masks_of(store)
    correct_outline(store, NECK, IMAGE, "nodule", disc(), actor="dr-a")
    entry = ledger.entries(store, 1)[0]
    assert (entry.actor, entry.action) == ("dr-a", "outline")
    assert entry.detail["cohort"] == NECK
    assert entry.detail["image"] == IMAGE
    new = masks_of(store)["nodule"]
    assert entry.detail["outlines"] == [
        {"structure": "nodule", "old": before["nodule"], "new": new}
    ]
    assert "patient" not in json.dumps(entry.detail)


def test_two_structures_are_corrected_in_one_version(store: Path) -> None:
    version = correct_outlines(store, NECK, IMAGE, {"nodule": disc(9), "gland": disc(40)})
    assert version == 2
    assert len(history(store, NECK, IMAGE)) == 2


def test_an_unchanged_proposal_is_noted_as_one_until_somebody_corrects_it(store: Path) -> None:
    def is_proposal() -> bool:
        with Warehouse.open(store) as warehouse:
            found = outlined(warehouse, NECK).set_index("image_id")
        return bool(found.loc[IMAGE, "nodule_proposed"])

    masks = {"nodule": disc(9), "gland": disc(40)}
    correct_outlines(store, NECK, IMAGE, masks, proposed={"nodule": "ab" * 32})
    assert is_proposal()
    correct_outline(store, NECK, IMAGE, "nodule", disc(10))
    assert not is_proposal()


def test_the_same_outline_again_publishes_nothing(store: Path) -> None:
    correct_outline(store, NECK, IMAGE, "nodule", disc())
    assert correct_outline(store, NECK, IMAGE, "nodule", disc()) == 2
    assert current_version(store) == 2
    assert len(history(store, NECK, IMAGE)) == 1


def test_corrections_are_listed_newest_first_and_only_of_this_image(store: Path) -> None:
    first = masks_of(store)["nodule"]
    for radius in (10, 15):
        correct_outline(store, NECK, IMAGE, "nodule", disc(radius), actor=f"dr-{radius}")
    correct_outline(store, NECK, "image-0004", "nodule", disc(5))
    latest, earlier = history(store, NECK, IMAGE)
    assert (latest.who, latest.version) == ("dr-15", 3)
    assert (earlier.who, earlier.old, earlier.new) == ("dr-10", first, latest.old)


def test_an_earlier_outline_comes_back(store: Path) -> None:
    before = masks_of(store)
    correct_outline(store, NECK, IMAGE, "nodule", disc())
    corrected = masks_of(store)["nodule"]
    restore_outline(store, NECK, IMAGE, "nodule", before["nodule"], seen=corrected)
    assert masks_of(store) == before
    assert history(store, NECK, IMAGE)[0].new == before["nodule"]
    restore_outline(store, NECK, IMAGE, "nodule", corrected)
    assert masks_of(store)["nodule"] == corrected


def test_a_first_outline_can_be_taken_back(store: Path) -> None:
    correct_outline(store, NECK, IMAGE, "node", disc(9))
    restore_outline(store, NECK, IMAGE, "node", "")
    assert set(masks_of(store)) == {"nodule", "gland"}
    assert history(store, NECK, IMAGE)[0].new == ""


def test_only_an_outline_that_this_image_had_comes_back(store: Path) -> None:
    correct_outline(store, NECK, "image-0004", "nodule", disc(5))
    strange = masks_of(store, "image-0004")["nodule"]
    before = everything(store)
    for digest in (strange, "", "0" * 64, "../../etc/passwd"):
        with pytest.raises(StoreError, match="knows no such outline"):
            restore_outline(store, NECK, IMAGE, "nodule", digest)
    assert everything(store) == before


def test_an_earlier_outline_that_was_altered_on_disk_is_said(store: Path) -> None:
    first = masks_of(store)["nodule"]
    correct_outline(store, NECK, IMAGE, "nodule", disc())
    (StorePaths(store).images / first[:2] / f"{first}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(StoreError, match="altered"):
        restore_outline(store, NECK, IMAGE, "nodule", first)
    assert current_version(store) == 2


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.zeros(SHAPE, dtype=bool), "holds no pixel"),
        (np.ones((121, 160), dtype=bool), "121 x 160"),
        (np.ones((1, 1), dtype=bool), "1 x 1"),
        (np.ones((4000, 4000), dtype=bool), "4000 x 4000"),
    ],
)
def test_a_mask_that_outlines_nothing_on_this_image_is_refused(
    store: Path, mask: np.ndarray, words: str
) -> None:
    before = everything(store)
    with pytest.raises(ImageError, match=words):
        correct_outlines(store, NECK, IMAGE, {"gland": disc(), "nodule": mask})
    assert everything(store) == before
    assert current_version(store) == 1


@pytest.mark.parametrize(
    ("cohort", "image", "error"),
    [
        ("nowhere", IMAGE, UnknownCohortError),
        (CLINIC, IMAGE, LinkError),
        (NECK, "image-9999", LinkError),
        (NECK, "x' OR 1=1 --", LinkError),
        (NECK, "", LinkError),
    ],
)
def test_what_is_not_there_is_said(store: Path, cohort: str, image: str, error: type) -> None:
    before = everything(store)
    with pytest.raises(error):
        correct_outline(store, cohort, image, "nodule", disc())
    assert everything(store) == before


def test_a_callers_mistakes_are_errors_of_value(store: Path) -> None:
    with pytest.raises(ValueError, match="structure"):
        correct_outline(store, NECK, IMAGE, "trachea", disc())
    with pytest.raises(ValueError, match="bool"):
        correct_outline(store, NECK, IMAGE, "nodule", disc().astype(float))
    with pytest.raises(ValueError, match="at least one"):
        correct_outlines(store, NECK, IMAGE, {})
    assert current_version(store) == 1


def test_of_two_who_correct_at_once_the_second_is_told(store: Path) -> None:
    seen = masks_of(store)
    correct_outlines(store, NECK, IMAGE, {"nodule": disc(10)}, seen=seen, actor="dr-a")
    before = everything(store)
    with pytest.raises(StoreError, match="Somebody else"):
        correct_outlines(store, NECK, IMAGE, {"nodule": disc(30)}, seen=seen, actor="dr-b")
    assert everything(store) == before
    with pytest.raises(StoreError, match="Somebody else"):
        restore_outline(store, NECK, IMAGE, "nodule", seen["nodule"], seen=seen["nodule"])
    correct_outlines(store, NECK, IMAGE, {"gland": disc(40)}, seen=seen, actor="dr-b")
    assert current_version(store) == 3


def test_a_change_between_reading_and_publishing_is_noticed(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = outlines.publish

    def overtaken(*args, **names) -> int:
        monkeypatch.setattr(outlines, "publish", publish)
        correct_outline(store, NECK, IMAGE, "nodule", disc(33))
        return publish(*args, **names)

    monkeypatch.setattr(outlines, "publish", overtaken)
    with pytest.raises(StoreError, match="Somebody else"):
        correct_outline(store, NECK, IMAGE, "nodule", disc(10))
    assert np.array_equal(stored_mask(store, masks_of(store)["nodule"]), disc(33))
    assert current_version(store) == 2


def test_a_store_that_is_being_published_to_says_so(store: Path) -> None:
    with StorePaths(store).publishing.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreBusyError, match="Wait until"):
            correct_outline(store, NECK, IMAGE, "nodule", disc())
    assert current_version(store) == 1
    assert history(store, NECK, IMAGE) == []


def test_a_picture_that_was_replaced_since_has_no_history(store: Path) -> None:
    correct_outline(store, NECK, IMAGE, "nodule", disc())
    with Warehouse.open(store) as warehouse:
        other = warehouse.rows(
            f'SELECT digest FROM "{NECK}".images WHERE image_id = ?', ["image-0004"]
        )

    def build(con) -> None:
        con.execute(
            f'UPDATE "{NECK}".images SET digest = ? WHERE image_id = ?', [other["digest"][0], IMAGE]
        )

    outlines.publish(store, build, action="import", detail={})
    assert history(store, NECK, IMAGE) == []


def test_a_store_that_can_only_be_read_is_said_before_anybody_draws(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert outlines.obstacle(store) == ""
    assert "uploaded table" in outlines.obstacle(None)
    monkeypatch.setattr(outlines.os, "access", lambda *_: False)
    assert "only be read" in outlines.obstacle(store)


def test_a_one_pixel_image_takes_a_one_pixel_outline(store: Path) -> None:
    def build(con) -> None:
        con.execute(f'UPDATE "{NECK}".images SET rows = 1, cols = 1 WHERE image_id = ?', [IMAGE])

    outlines.publish(store, build, action="import", detail={})
    correct_outline(store, NECK, IMAGE, "nodule", np.ones((1, 1), dtype=bool))
    assert stored_mask(store, masks_of(store)["nodule"]).tolist() == [[True]]
