"""Which outlines are laid upon each other, and which are left out and counted?"""

# ruff: noqa: S608

import numpy as np
import pytest

from clnm_core.imaging.rendering import png_bytes
from clnm_core.imaging.template import inside
from clnm_core.store import artifacts
from clnm_core.store.location_maps import location_maps, views_with_outlines
from clnm_core.store.mask_pairs import note_proposals
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse
from tests.small_store import CLINIC, NECK, build_small_store

IMAGES = 40


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    place = tmp_path_factory.mktemp("maps") / "store"
    build_small_store(place)
    return place


def changed(root, build):
    """The store with another version that a function made."""
    publish(root, build, action="test", detail={}, actor="test")
    return Warehouse.open(root)


def lobes(warehouse):
    return warehouse.rows(
        f"SELECT case_id, lobe FROM {schema_of(NECK)}.cases JOIN {schema_of(NECK)}.images "
        "USING (case_id)"
    )


def test_both_lobes_fall_together_and_the_isthmus_is_left_out(root):
    with Warehouse.open(root) as warehouse:
        maps = location_maps(warehouse, NECK, "transverse")
        lobe = lobes(warehouse).set_index("case_id")["lobe"]
    assert maps.levels.shape == (len(maps.case_id), int(inside().sum()))
    assert set(lobe[maps.case_id]) == {"left", "right"}
    assert maps.left_out == {"no side, or the isthmus": int((lobe == "isthmus").sum())}
    assert len(maps.case_id) + maps.left_out["no side, or the isthmus"] == IMAGES
    # Every picture has the same outlines, so that there are just two maps, each other's mirror.
    left, right = (
        maps.levels[(lobe[maps.case_id] == side).to_numpy()] for side in ("left", "right")
    )
    assert (left == left[0]).all()
    assert (right == right[0]).all()
    whole = np.zeros((2, *inside().shape))
    whole[:, inside()] = left[0], right[0]
    assert np.abs(whole[0] - whole[1][:, ::-1]).mean() < 5


def test_the_maps_of_some_cases_come_in_their_order(root):
    with Warehouse.open(root) as warehouse:
        maps = location_maps(warehouse, NECK, "transverse")
    asked = np.array([maps.case_id[5], "nobody", maps.case_id[0]])
    rows, phi = maps.of(asked)
    assert rows.tolist() == [0, 2]
    assert (np.rint(phi * 255) == maps.levels[[5, 0]]).all()
    assert phi.max() <= 1
    empty, none = maps.of(np.array(["nobody"]))
    assert (len(empty), len(none)) == (0, 0)


def test_a_view_without_pictures_has_no_maps(root):
    with Warehouse.open(root) as warehouse:
        maps = location_maps(warehouse, NECK, "longitudinal")
        assert views_with_outlines(warehouse, NECK) == ("transverse",)
        assert views_with_outlines(warehouse, CLINIC) == ()
    assert len(maps.case_id) == 0
    assert np.isnan(maps.aspect)
    rows, _ = maps.of(np.array(["case-0000"]))
    assert len(rows) == 0


def test_what_a_network_proposed_and_what_does_not_fit_is_left_out(tmp_path):
    root = tmp_path / "store"
    build_small_store(root)
    table = f"{schema_of(NECK)}.masks"
    small = artifacts.put(root, "mask", png_bytes(np.eye(9, dtype=bool)))
    rows, columns = np.mgrid[:120, :160]
    away = artifacts.put(root, "mask", png_bytes((rows < 5) & (columns < 5)))

    def build(con):
        con.execute(f"UPDATE {table} SET digest = ? WHERE image_id = 'image-0001' "
                    "AND structure = 'nodule'", [small])  # fmt: skip
        con.execute(f"UPDATE {table} SET digest = ? WHERE image_id = 'image-0002' "
                    "AND structure = 'nodule'", [away])  # fmt: skip
        con.execute(f"DELETE FROM {table} WHERE image_id = 'image-0003'")
        con.execute(f"UPDATE {schema_of(NECK)}.cases SET lobe = 'left'")
        proposed = con.execute(f"SELECT image_id, structure, digest FROM {table} "
                               "WHERE image_id = 'image-0004'").df()  # fmt: skip
        note_proposals(con, NECK, proposed, outliner="o" * 64)

    with changed(root, build) as warehouse:
        maps = location_maps(warehouse, NECK, "transverse")
    assert maps.left_out == {
        "an outline that has no place on the template": 1,
        "an outline that nobody drew": 1,
        "no outline of nodule and gland": 1,
        "outlines of different size": 1,
    }
    assert len(maps.case_id) == IMAGES - 4
