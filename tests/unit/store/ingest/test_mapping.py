"""A mapping says itself in TOML and refuses what cannot be meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.domain.columns import Kind, Role
from clnm_core.errors import MappingError
from clnm_core.store.ingest.mapping import ColumnRule, Mapping, NodeRule, OutcomeRule

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


def sentence(text: str) -> str:
    with pytest.raises(MappingError) as caught:
        Mapping.from_toml(text)
    assert str(caught.value).endswith(".")
    return str(caught.value)


@given(WORDS, WORDS, st.lists(WORDS, unique=True, max_size=4), st.integers(0, 9))
def test_toml_gives_back_the_mapping_whatever_its_words(source, label, words, header):
    mapping = Mapping(
        cohort="study",
        title=label,
        header=header,
        patient=source,
        columns=(
            ColumnRule(
                source,
                "own",
                label,
                levels=tuple(words),
                missing=tuple(words),
                recode=tuple((word, label) for word in words),
            ),
            ColumnRule("a", "age_years", "Age", Kind.NUMBER, Role.PREDICTOR, unit="months"),
        ),
        outcomes=(OutcomeRule("any", source, ("yes",), tuple(w for w in words if w != "yes")),),
        nodes=NodeRule("pathology", ((source, 0.5, 1.0),), ("ipsi_ii",)),
        skip=tuple(words),
    )
    assert Mapping.from_toml(mapping.to_toml()) == mapping


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cohort =", "not TOML"),
        ("title = 'a'", "names no cohort"),
        ("cohort = 'a'\ncolumm = []", "no key 'columm'"),
        ("cohort = 'a'\n[[column]]\nname = 'x'", "has no source"),
        ("cohort = 'a'\n[[column]]\nsource = 'X'\nname = 'X'", "lower-case letters"),
        (
            "cohort = 'a'\n[[column]]\nsource = 'X'\nname = 'x'\nkind = 'word'",
            "must be one of number",
        ),
        ("cohort = 'a'\n[[column]]\nsource = 'X'\nname = 'x'\nlevels = [1]", "list of words"),
        ("cohort = 'a'\n[[column]]\nsource = 'X'\nname = 'risk'", "may not be called 'risk'"),
        (
            "cohort = 'a'\n[[column]]\nsource = 'X'\nname = 'x'\nrole = 'outcome'",
            "under [[outcome]]",
        ),
        (
            "cohort = 'a'\n[[column]]\nsource = 'X'\nname = 'sex'\nkind = 'number'",
            "sex is a category",
        ),
        ("cohort = 'a'\n[[column]]\nsource = 'X'\nname = 'sex'\nlevels = ['f']", "cannot be 'f'"),
        (
            "cohort = 'a'\n[[column]]\nsource = 'X'\nname = 'age_years'\nkind = 'number'\nunit = 'cm'",
            "cannot be converted to 'years'",
        ),
        ("cohort = 'a'\n[[outcome]]\nname = 'any'\nsource = 'N'", "neither what is true nor"),
        ("cohort = 'a'\n[[outcome]]\nname = 'sex'\nsource = 'N'\ntrue = ['a']", "not an outcome"),
        (
            "cohort = 'a'\n[[outcome]]\nname = 'any'\nsource = 'N'\ntrue = ['a']\nfalse = ['a']",
            "'a' 2 times",
        ),
        ("cohort = 'a'\n[source]\nheader = -1", "whole number"),
        (
            "cohort = 'a'\n[nodes]\nmodality = 'CT'\nmodalities = { CT = { sensitivity = 2 } }",
            "0 to 1",
        ),
        ("cohort = 'a'\n[column]\nsource = 'X'", "two brackets"),
    ],
)
def test_each_mistake_in_a_mapping_is_a_sentence(text, words):
    assert words in sentence(text)


def test_a_name_is_given_once():
    column = ColumnRule("A", "x")
    with pytest.raises(MappingError, match="'x' 2 times"):
        Mapping("a", columns=(column, ColumnRule("B", "x")))


def test_a_registered_variable_keeps_its_declaration_but_may_become_stricter():
    rule = ColumnRule("ETE", "extrathyroidal_extension", kind=Kind.FLAG, role=Role.POST_OUTCOME)
    assert rule.column().role is Role.POST_OUTCOME
    assert rule.column().label == "Extrathyroidal extension on imaging"
