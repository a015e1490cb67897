"""Small tables for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

from clnm_core.store.ingest.reading import Table, read_table

STUDY = """patient,centre,split,age,sex,tumor size (cm),capsule distance,side note,central,lateral,any
P1,A,train,44,F,1.2,3.5,ok,yes,no,yes
P2,A,train,51,M,0.8,0,ok,no,no,no
P3,B,test,38,F,2.25,12,,no,yes,yes
P4,B,test,67,F,,1.5,ok,,,
"""


def table(text: str, name: str = "study.csv") -> Table:
    """The table of a text."""
    return read_table(text.encode(), name)


def shared_table(folder: Path, path: str) -> Table:
    """A table of the real data."""
    return read_table((folder / path).read_bytes(), path.split("/")[-1])
