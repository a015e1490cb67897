"""A table of predictions is checked row by row; nothing is set aside without a reason."""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.errors import TableError
from clnm_core.store.ingest.predictions_table import read_predictions
from clnm_core.store.ingest.reading import Table, read_table


def table(text: str) -> Table:
    return read_table(text.encode(), "preds.csv")


def sentence(text: str, **choices: object) -> str:
    with pytest.raises(TableError) as caught:
        read_predictions(table(text), **{"outcome": "y", "risk": "p", **choices})
    return str(caught.value)


@pytest.mark.parametrize(
    ("words", "events"),
    [
        (("0", "1"), 1),
        (("0.0", "1.0"), 1),
        (("False", "TRUE"), 1),
        (("no", "Yes"), 1),
        (("Good", "Poor"), 1),
        (("benign", "Malignant"), 1),
        (("reactive", "metastasis"), 1),
        (("N0", "N1"), 1),
        (("0", "0"), 0),
    ],
)
def test_known_words_need_no_help(words, events):
    read = read_predictions(table(f"y,p\n{words[0]},0.2\n{words[1]},0.8\n"), outcome="y", risk="p")
    assert read.predictions.events == events
    assert read.predictions.y_true.tolist() == [False, bool(events)]


@pytest.mark.parametrize(
    "words", [("1", "2"), ("N1", "N2"), ("left", "right"), ("yes", "maybe not")]
)
def test_words_that_do_not_tell_ask_for_one(words):
    text = f"y,p\n{words[0]},0.2\n{words[1]},0.8\n{words[0]},0.2\n"
    if words == ("yes", "maybe not"):
        assert read_predictions(table(text), outcome="y", risk="p").predictions.events == 2
    else:
        assert "Write COLUMN=WORD" in sentence(text)


def test_one_or_more_words_can_be_named():
    text = "y,p\nN0,0.1\nN1a,0.2\nN1b,0.3\n"
    assert read_predictions(table(text), outcome="y=N1b", risk="p").predictions.events == 1
    both = read_predictions(table(text), outcome="y=N1a,N1b", risk="p")
    assert both.predictions.events == 2
    assert both.outcome_note == "Outcome: y = N1a or N1b (2); without: N0 (1)."
    assert "never says 'N3'" in sentence(text, outcome="y=N3")


def test_nx_is_unknown_and_never_negative():
    text = "y,p\nN0,0.1\nN1,0.2\nNX,0.3\n"
    assert "Row 4: outcome 'NX' says unknown" in sentence(text)
    kept = read_predictions(table(text), outcome="y=N1", risk="p", drop_invalid=True)
    assert (len(kept.predictions), kept.excluded[0]["row"]) == (2, 4)
    assert "unknown: NX" in kept.outcome_note


def test_each_bad_row_is_named_and_can_be_set_aside():
    text = "i,y,p\na,1,0.5\nb,0,4.97e15\nc,,0.5\nd,1,\ne,0,high\na,1,0.7\n,0,0.1\ng,0,-0.1\n"
    message = sentence(text, id="i")
    assert message.startswith("preds.csv: Row 3: risk 4.97e15 is outside 0–1; row 4: outcome is")
    assert message.endswith("set the rows aside with --drop-invalid.")
    kept = read_predictions(table(text), outcome="y", risk="p", id="i", drop_invalid=True)
    assert {e["row"]: e["reason"] for e in kept.excluded} == {
        3: "risk 4.97e15 is outside 0–1",
        4: "outcome is missing",
        5: "risk is missing",
        6: "risk 'high' is not a number",
        7: "id is already used in row 2",
        8: "id is missing",
        9: "risk -0.1 is outside 0–1",
    }
    assert kept.rows.tolist() == [2]


def test_no_usable_row_is_a_sentence():
    assert "no row can be used" in sentence("y,p\n1,7\n", drop_invalid=True)


def test_percentages_are_recognised():
    assert "look like percentages" in sentence("y,p\n1,70\n0,20\n")


def test_decimal_commas_are_numbers():
    read = read_predictions(table("y;p\n1;0,75\n0;,25\n"), outcome="y", risk="p")
    assert read.predictions.risk.tolist() == [0.75, 0.25]


def test_columns_are_found_without_letter_case_and_named_when_not():
    text = "Outcome,Risk\n1,0.5\n0,0.25\n"
    assert len(read_predictions(table(text), outcome="outcome", risk="risk").predictions) == 2
    assert "Did you mean 'Risk'" in sentence(text, outcome="Outcome", risk="Risck")
    twice = "y,p,p\n1,0.5,0.5\n0,0.1,0.2\n"
    assert "several columns called 'p'" in sentence(twice)


def test_groups_splits_and_patients_follow_the_rows():
    rows = "\n".join(
        f"{i % 2},0.{i},{'f' if i < 5 else 'm'},{30 + i},s{i % 3},P{i // 2}" for i in range(1, 10)
    )
    read = read_predictions(
        table(f"y,p,sex,age,split,who\n{rows}\n"),
        outcome="y",
        risk="p",
        by=("sex", "age"),
        split="split",
        patient="who",
    )
    assert read.groups["age"].dtype == float
    assert read.groups["sex"].tolist()[:5] == ["f"] * 4 + ["m"]
    assert read.split.tolist()[:3] == ["s1", "s2", "s0"]
    assert read.predictions.is_clustered


def test_the_aneurysm_table_reads_as_published(shared_data):
    data = (shared_data / "proc_asah" / "aSAH.csv").read_bytes()
    read = read_predictions(
        read_table(data, "aSAH.csv"), outcome="outcome", risk="s100b", drop_invalid=True
    )
    assert read.predictions.events == 40
    assert read.excluded == ({"row": 56, "reason": "risk 2.07 is outside 0–1"},)


def test_the_decision_curve_table_reads_every_row(shared_data):
    data = (shared_data / "dcurves_df_binary" / "dca.csv").read_bytes()
    read = read_predictions(
        read_table(data, "dca.csv"), outcome="cancer", risk="cancerpredmarker", id="patientid"
    )
    assert (len(read.predictions), read.predictions.events) == (750, 105)
    assert np.isclose(read.predictions.risk[0], 0.0372006, atol=0)
