"""What is known of the case? One form for all models, made from the columns that they read.

What is measured on the pictures stands in it by itself; whoever enters something else says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import streamlit as st

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.domain.form import read_form, read_value
from clnm_core.errors import FormError
from clnm_core.store.ingest.given_case import LONGEST_REPORT
from clnm_core.systems.protocol import Inputs
from clnm_core.ui import measured_view
from clnm_core.ui.words import plain

UNKNOWN = "unknown"
_MEASURED = "_predict_measured"
_REMEMBERED = 8
"""So many measures of a field are known to have been put there by the page."""

_NARROWEST = 150
"""Pixels that a field needs at least."""

MOST_NOTE = 200
"""Letters of a note on a value that was measured otherwise."""


class Filled(NamedTuple):
    """What somebody filled in for one case.

    ``values`` are checked, by column; ``overridden`` has the note by column where another value
    than the measured one was entered.
    """

    values: dict[str, Any]
    report: str
    overridden: dict[str, str]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is known yet."""
        return not self.report and all(value is None for value in self.values.values())


def draw(
    cohort: str,
    inputs: Sequence[Inputs],
    registry: Registry,
    measured: Mapping[str, Any],
    *,
    across: int = 3,
) -> Filled:
    """Draw the form; nothing that is filled in enters the address or leaves the session.

    Parameters
    ----------
    cohort : str
        Whose models are asked; each cohort has a form of its own.
    inputs : sequence of Inputs
        Of every model that is asked.
    registry : Registry
        Columns of the cohort, in the order of the form.
    measured : mapping of str to object
        What the outlines say, by column.
    across : int
        So many fields stand side by side where there is room.

    """
    columns = columns_of(inputs, registry)
    fitting = {column.name: column for column in columns}
    taken = {
        name: value
        for name, value in measured.items()
        if name in fitting and _fits(value, fitting[name])
    }
    _follow(cohort, taken)
    given: dict[str, Any] = {}
    report = ""
    with st.container(border=True, key="case_form"):
        if columns:
            st.markdown("**Findings.** Leave empty what is not known; the answer follows at once.")
            given = _fields(columns, cohort, across)
        notes = _overrides(columns, cohort, given, taken)
        if any(one.reads_report for one in inputs):
            report = st.text_area(
                "Report",
                max_chars=LONGEST_REPORT,
                key=key_of(cohort, "report"),
                placeholder="The wording of the ultrasound report, if there is one",
                help="Read by the model and forgotten when you leave the page, unless you keep the case. "
                "Leave names out.",
            )
    return Filled(read_form(given, columns), str(report).strip(), notes)


def columns_of(inputs: Sequence[Inputs], registry: Registry) -> tuple[Column, ...]:
    """Every column that a model reads, once, in the order of the registry.

    A column that the cohort no longer has comes last, as the model describes it.
    """
    read = {column.name: column for one in inputs for column in one.columns}
    ordered = [column for column in registry if column.name in read]
    return (*ordered, *(column for name, column in read.items() if name not in registry))


def key_of(cohort: str, column: str) -> str:
    """The key of the field of a column."""
    return f"form_{cohort}_{column}"


def _follow(cohort: str, measured: Mapping[str, Any]) -> None:
    """Put what is measured into the fields that nobody changed.

    A field is taken for changed where it holds something that was not put there. A browser that
    is told of a new picture while a run is on its way may still send what was measured before, so
    that counts as put there too: never does one patient's measure stay for the next. A field
    whose value is no longer measured becomes unknown again.
    """
    slot = f"{_MEASURED}_{cohort}"
    put: dict[str, list[Any]]
    put, before = st.session_state.get(slot, ({}, frozenset()))
    now = {name: _as_field(value) for name, value in measured.items()}
    put = {name: list(put.get(name, ())) for name in {*put, *now}}
    for name, earlier in put.items():
        key = key_of(cohort, name)
        standing = st.session_state.get(key)
        if standing in (None, UNKNOWN):
            is_free = name not in before
        elif _is_number(standing):
            is_free = standing in earlier
        else:  # of a few words, a person may well mean one that was measured earlier
            is_free = earlier[-1:] == [standing]
        if name in now:
            earlier.append(now[name])
        if is_free:
            empty = None if _is_number(earlier[-1]) else UNKNOWN
            st.session_state[key] = now.get(name, empty)
        del earlier[:-_REMEMBERED]
    st.session_state[slot] = (put, frozenset(now))


def _overrides(
    columns: Sequence[Column],
    cohort: str,
    given: Mapping[str, Any],
    measured: Mapping[str, Any],
) -> dict[str, str]:
    """Ask why, for every value that was measured and entered otherwise; the notes by column."""
    notes = {}
    for column in columns:
        if column.name not in measured:
            continue
        entered = given.get(column.name)
        if entered in (_as_field(measured[column.name]), measured[column.name]):
            continue
        value = read_value(entered, column)
        told = plain(
            f"{column.label}: measured {measured_view.text_of(column, measured[column.name])}, "
            f"entered {measured_view.text_of(column, value)}. Why?"
        )
        note = st.text_input(
            told,
            max_chars=MOST_NOTE,
            key=f"override_{cohort}_{column.name}",
            placeholder="A short note, which goes into the report",
        )
        notes[column.name] = str(note).strip()
    return notes


def _fits(value: Any, column: Column) -> bool:
    try:
        read_value(value, column)
    except FormError:
        return False
    return True


def _as_field(value: Any) -> float | str:
    """A value as the field of its column holds it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else round(float(value), 2)


def _is_number(word: object) -> bool:
    return isinstance(word, float)


def _fields(columns: Sequence[Column], cohort: str, across: int) -> dict[str, Any]:
    given = {}
    grid = st.grid(across, min_column_width=_NARROWEST)
    for column in columns:
        with grid.cell():
            given[column.name] = _field(column, key_of(cohort, column.name))
    return given


def _field(column: Column, key: str) -> float | str | None:
    if column.kind is Kind.NUMBER:
        low, high = column.bounds or (None, None)
        between = f"{low:g} to {high:g}" if column.bounds else ""
        return st.number_input(
            column.title,
            min_value=low,
            max_value=high,
            value=None,
            step=1.0,
            format="%g",
            placeholder=f"{UNKNOWN} ({between})" if between else UNKNOWN,
            help=column.help or None,
            key=key,
            persist_state="session",
        )
    if column.kind is Kind.FLAG:
        words = {"yes": "yes", "no": "no"}
    else:
        words = {level.value: level.label for level in column.levels}
    return st.selectbox(
        column.label,
        [UNKNOWN, *words],
        format_func=lambda word: words.get(word, word),
        help=column.help or None,
        key=key,
        persist_state="session",
    )
