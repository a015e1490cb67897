"""What do the columns mean? The middle part of the Import page: the mapping, to be corrected."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from clnm_core.errors import MappingError
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.mapping_table import (
    KINDS,
    ROLES,
    USES,
    column_table,
    outcome_table,
    with_columns,
    with_outcomes,
)
from clnm_core.store.ingest.nodes import MAX_LIKELIHOOD
from clnm_core.ui import import_draft
from clnm_core.ui.import_draft import Draft
from clnm_core.ui.words import plain


def correct(draft: Draft) -> Mapping | None:
    """The mapping as the visitor corrected it; ``None`` while a rule of it does not hold."""
    st.subheader("What the columns mean", anchor=False)
    if draft.unsure:
        st.caption(
            "Proposed; please look at these:\n\n"
            + "\n".join(f"- {plain(doubt)}" for doubt in draft.unsure)
        )
    _as_text(draft)
    try:
        mapping = with_columns(draft.mapping, _columns(draft))
        st.markdown("**Outcomes**: which words say yes, no, unknown (separated by a vertical bar)")
        mapping = with_outcomes(mapping, _outcomes(draft))
        return _nodes(draft, mapping)
    except MappingError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def _columns(draft: Draft) -> pd.DataFrame:
    config = st.column_config
    return st.data_editor(
        column_table(draft.table, draft.mapping),
        key=f"import_columns_{draft.serial}",
        hide_index=True,
        num_rows="fixed",
        disabled=["Column", "Examples"],
        height=min(38 * (len(draft.table.names) + 1), 480),
        column_config={
            "Column": config.TextColumn(pinned=True),
            "Examples": config.TextColumn(width="small"),
            "Use as": config.SelectboxColumn(options=list(USES), required=True),
            "Name": config.TextColumn(
                help="Of the registry, or the cohort's own: it appears in links."
            ),
            "Kind": config.SelectboxColumn(options=list(KINDS)),
            "When known": config.SelectboxColumn(
                options=list(ROLES), help="What is known only after surgery never predicts."
            ),
            "Unit": config.TextColumn(help="In which the table writes; converted where needed."),
        },
    )


def _outcomes(draft: Draft) -> pd.DataFrame:
    config = st.column_config
    return st.data_editor(
        outcome_table(draft.mapping),
        key=f"import_outcomes_{draft.serial}",
        hide_index=True,
        num_rows="dynamic",
        column_config={
            "Outcome": config.TextColumn(help="any, central, lateral, or a name of your own"),
            "Column": config.SelectboxColumn(options=list(draft.table.names)),
        },
    )


def _nodes(draft: Draft, mapping: Mapping) -> Mapping:
    """For findings by neck level: which examination decides."""
    rule = mapping.nodes
    if rule is None:
        return mapping
    names = [name for name, _, _ in rule.modalities]
    options = list(dict.fromkeys([rule.modality, *names, MAX_LIKELIHOOD]))
    chosen = st.selectbox(
        "Nodes by neck level become outcomes; which examination decides?",
        options,
        format_func=lambda name: (
            "all, weighed by their accuracy" if name == MAX_LIKELIHOOD else name
        ),
        key=f"import_nodes_{draft.serial}",
    )
    return replace(mapping, nodes=replace(rule, modality=chosen))


def _as_text(draft: Draft) -> None:
    """The whole mapping as TOML: to keep, or to bring back."""
    with st.expander("The mapping as a file (TOML)"):
        given = st.file_uploader(
            "Use a mapping that was saved before", type=["toml"], key=f"import_toml_{draft.serial}"
        )
        if given is None:
            return
        try:
            mapping = Mapping.from_toml(given.getvalue().decode("utf-8", "replace"))
        except MappingError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        import_draft.use_mapping(draft, mapping)
        st.rerun()
