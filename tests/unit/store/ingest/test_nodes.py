"""Findings by neck level become outcomes; what was not examined is unknown."""

from __future__ import annotations

import pandas as pd
import pytest

from clnm_core.domain.columns import Role
from clnm_core.errors import MappingError
from clnm_core.store.ingest.checking import check
from clnm_core.store.ingest.mapping import NodeRule
from clnm_core.store.ingest.nodes import MAX_LIKELIHOOD, node_outcomes, propose_nodes
from clnm_core.store.ingest.proposal import propose

from .tables import shared_table


def findings(**columns: list[str | None]) -> pd.DataFrame:
    named = {name.replace("_", " | "): words for name, words in columns.items()}
    return pd.DataFrame(named, dtype="str")


def test_a_level_that_was_not_examined_is_unknown():
    frame = findings(pathology_ipsi_II=["True", "False", None], pathology_contra_II=[None] * 3)
    values = node_outcomes(frame, NodeRule("pathology")).values
    assert values["ipsi_ii"].tolist() == [True, False, None]
    assert "contra_ii" not in values


def test_any_is_negative_only_where_the_needed_levels_were_examined():
    frame = findings(
        pathology_ipsi_II=["no", "no", None, None], pathology_ipsi_III=["no", None, "yes", None]
    )
    needing = NodeRule("pathology", needs=("ipsi_ii",))
    assert node_outcomes(frame, needing).values["any"].tolist() == [False, False, True, None]
    assert node_outcomes(frame, NodeRule("pathology")).values["any"].tolist() == [
        False,
        None,
        True,
        None,
    ]


def test_a_level_follows_from_its_parts():
    frame = findings(CT_ipsi_IIa=["1", "0", "0"], CT_ipsi_IIb=["0", "0", None])
    assert node_outcomes(frame, NodeRule("CT")).values["ipsi_ii"].tolist() == [True, False, None]


def test_pathology_outweighs_imaging_and_agreeing_images_outweigh_one():
    frame = findings(
        CT_ipsi_II=["1", "1", "1", None],
        PET_ipsi_II=["1", "0", "0", None],
        MRI_ipsi_II=[None, "0", "1", None],
        pathology_ipsi_II=["0", None, None, None],
    )
    rule = propose_nodes(frame, MAX_LIKELIHOOD)
    # CT+ PET-: 0.81 * 0.21 against 0.24 * 0.86; MRI- multiplies by 0.19 / 0.63, MRI+ by 0.81 / 0.37.
    assert node_outcomes(frame, rule).values["ipsi_ii"].tolist() == [False, False, True, None]


def test_a_modality_that_is_not_there_is_a_sentence():
    with pytest.raises(MappingError, match="no findings by level of 'MRI'; it has CT"):
        node_outcomes(findings(CT_ipsi_II=["1"]), NodeRule("MRI"))


def test_a_strange_finding_is_told_with_its_place():
    found = node_outcomes(findings(CT_ipsi_II=["1", "maybe"]), NodeRule("CT"))
    assert found.strange == ((1, "CT | ipsi | II", "maybe"),)


def test_the_published_counts_of_the_lyon_cohort_are_kept(shared_data):
    clb = shared_table(shared_data, "lydata_hnscc_nodal/2021-clb-oropharynx/data.csv")
    checked = check(clb, propose(clb, "nodes").mapping)
    counts = {one.name: (one.true, one.false, one.unknown) for one in checked.outcomes}
    assert checked.issues == ()
    assert counts["ipsi_ii"] == (178, 82, 3)
    assert counts["ipsi_iii"] == (75, 185, 3)
    assert counts["contra_ii"] == (23, 63, 177)
    assert counts["any"] == (202, 59, 2)
    assert checked.registry["diagnostic_consensus_ipsi_ii"].role is Role.PREDICTOR


def test_an_edited_modality_takes_its_findings_from_the_predictors(shared_data):
    clb = shared_table(shared_data, "lydata_hnscc_nodal/2021-clb-oropharynx/data.csv")
    from dataclasses import replace

    mapping = propose(clb, "nodes").mapping
    edited = replace(mapping, nodes=replace(mapping.nodes, modality="diagnostic_consensus"))
    registry = check(clb, edited).registry
    assert registry["diagnostic_consensus_ipsi_ii"].role is Role.POST_OUTCOME
