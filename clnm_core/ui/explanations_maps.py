"""How does it get onto a page whether the maps of a model look at the capsule?"""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import map_words as words
from clnm_core.report import wording
from clnm_core.store.records import ModelRecord
from clnm_core.ui import cached, cached_models, explanations_jobs, explanations_map_facts, panels
from clnm_core.ui.charts.map_places import near_figure, zones_figure
from clnm_core.ui.explanations_map_facts import Maps
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.words import plain

_PART = (
    "A map of a network that sees only a part of the picture cannot lie elsewhere, whatever it has "
    "learned."
)


def draw(query: CohortQuery, record: ModelRecord) -> None:
    """The answer, the charts, and the jobs; for models that read pictures."""
    if not cached_models.inputs_of(record).views:
        explanations_jobs.draw_jobs(query.cohort)
        return
    warehouse = cached.warehouse(query.cohort)
    standing = explanations_map_facts.standing_maps(warehouse, query, record)
    has_gland = "capsule_inside" in standing.facts.get("zones", ("capsule_inside",))
    place = "the capsule" if has_gland else "the node"
    st.subheader(f"Does the map look at {place}?", anchor=False)
    if not standing.facts:
        where = f" of {query.split.replace('_', ' ')} cases" if query.split else ""
        st.write(
            f"The maps of this model{where} have not been measured yet. Measured is which share of "
            "each map lies near the capsule, on the lesion and elsewhere, case by case."
        )
    else:
        _draw_maps(query, record, str(standing.facts["created"]))
    is_whole = bool(standing.facts) and len(standing.facts["done"]) < standing.facts["most"]
    if not is_whole:
        explanations_jobs.offer_maps(
            query.cohort, record, query.split, is_again=bool(standing.facts)
        )
    explanations_jobs.draw_jobs(query.cohort)


def _draw_maps(query: CohortQuery, record: ModelRecord, created: str) -> None:
    digest = str(record.manifest["digest"])
    maps = cached.drawn(explanations_map_facts.maps_of, query, record.name, digest, created)
    if maps.has_gland:
        said = words.maps_answer(
            maps.near,
            maps.rho,
            even=maps.even,
            covered=maps.covered,
            cases=maps.cases,
            near_cases=maps.near_cases,
            kind=maps.kind,
        )
    else:
        said = words.node_maps_answer(maps.zones, cases=maps.cases)
    st.markdown(plain(said))
    aside = words.set_aside_words(maps.facts["set_aside"], maps.empty)
    if aside:
        st.caption(plain(f"Without a share: {aside}"))
    if not maps.cases:
        return
    with st.grid(2 if maps.has_gland else 1, min_column_width=NARROW):
        if maps.has_gland:
            _near(query, maps)
        _zones(maps)
    panels.methods_line(_methods(maps))


def _near(query: CohortQuery, maps: Maps) -> None:
    outcome = cached.registry(query.cohort)[query.outcome].label
    why = maps.curve.attrs["method"] if maps.curve.empty else ""
    panels.figure_card(
        near_figure(
            maps.points,
            maps.curve,
            maps.covered_curve,
            even=maps.even,
            outcome=wording.lower_first(outcome),
            dark=panels.is_dark(),
        ),
        maps.points,
        "Share of the map near the capsule, by distance" + (f" (curve {why})" if why else ""),
        "Each point is a case: the share of its map within 2 mm of the capsule. The line is the mean "
        "with its band; dashed is a map spread evenly over the gland, dotted one spread evenly over "
        f"all that the map covers. {_PART} Harrell 2015, "
        "doi:10.1007/978-3-319-19425-7.",
        "map_near_capsule",
        methods=_methods(maps),
    )


def _zones(maps: Maps) -> None:
    panels.figure_card(
        zones_figure(maps.zones, dark=panels.is_dark()),
        maps.zones.drop(columns="zone"),
        "Where the map lies",
        "Dots are the mean share of the map on each zone with its 95 % interval; diamonds are the "
        "share of the picture that the zone takes, squares that of all the map covers. "
        f"{_PART} Selvaraju 2020, "
        "doi:10.1007/s11263-019-01228-7.",
        "map_zones",
        methods=_methods(maps),
    )


def _methods(maps: Maps) -> str:
    return words.maps_methods(
        maps.kind,
        cases=len(maps.facts["done"]),
        store_version=int(maps.facts["store_version"]),
        has_gland=maps.has_gland,
    )
