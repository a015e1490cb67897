"""Are the cases of a table read as models need them, and bad rows set aside one by one?"""

from __future__ import annotations

import io
import time

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.columns import Column, Kind, Level
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import InputError, TableError
from clnm_core.store.ingest.case_batch import batch_of, columns_of
from clnm_core.store.ingest.case_files import File, Matched, matched
from clnm_core.store.ingest.case_rows import MOST_REPORT, read_cases
from clnm_core.store.ingest.reading import read_table
from clnm_core.systems.protocol import Inputs
from clnm_core.systems.scoring_pictures import Given

COLUMNS = BUILT_IN.only(
    ["age_years", "sex", "max_diameter_mm", "multifocal", "margin", "ti_rads"]
).predictors()
OWN = Column(
    "stage", "Stage", Kind.CATEGORY, levels=(Level("i", "stage I"), Level("ii", "stage II"))
)


def table_of(text: str, name: str = "cases.csv"):
    return read_table(text.encode(), name)


def cases_of(text: str, columns=COLUMNS, **more):
    return read_cases(table_of(text), columns, **more)


def test_names_units_and_levels_of_other_tables_are_understood() -> None:
    found = cases_of(
        "Case no;Age (months);Gender;Tumor size (cm);Focality;Margins;TIRADS\n"
        "a;540;F;1,5;multifocal;well defined;TR4\n"
        "b;600;m;2,25;unifocal;NA;5\n"
    )
    assert found.frame["case_id"].tolist() == ["a", "b"]
    assert found.frame["age_years"].tolist() == [45.0, 50.0]
    assert found.frame["sex"].tolist() == ["female", "male"]
    assert found.frame["max_diameter_mm"].tolist() == [15.0, 22.5]
    assert found.frame["multifocal"].tolist() == [True, False]
    assert found.frame["margin"].tolist() == ["smooth", None]
    assert found.frame["ti_rads"].tolist() == ["4", "5"]
    assert found.rows == (2, 3)
    assert not found.issues
    assert found.sources["max_diameter_mm"] == "Tumor size (cm)"


def test_a_bad_value_sets_its_row_aside_with_row_column_value_and_rule() -> None:
    found = cases_of("case,age,sex\na,45,F\nb,450,F\nc,old,F\nd,50,robot\n")
    assert found.frame["case_id"].tolist() == ["a"]
    assert [(one.row, one.column, one.value) for one in found.issues] == [
        (3, "age", "450"),
        (4, "age", "old"),
        (5, "sex", "robot"),
    ]
    assert "must lie between 0 and 120; got 450. Check the unit." in found.issues[0].rule
    assert found.aside == {3: "b", 4: "c", 5: "d"}


def test_sizes_in_another_unit_than_the_header_says_are_set_aside() -> None:
    found = cases_of("case,size (cm)\na,12\nb,250\n")
    assert found.frame["max_diameter_mm"].tolist() == [120.0]
    assert "Check the unit" in found.issues[0].rule


def test_a_unit_that_measures_something_else_is_no_such_column() -> None:
    found = cases_of("case,age,size (kg)\na,45,2\n")
    assert np.isnan(found.frame["max_diameter_mm"]).all()
    assert "Largest diameter" in found.notes[-1]


def test_a_case_that_is_there_twice_is_judged_once() -> None:
    found = cases_of("case,age\na,45\na,46\n,47\n")
    assert found.frame["age_years"].tolist() == [45.0]
    assert [(one.row, one.rule) for one in found.issues] == [
        (3, "A case must be there once; row 2 has it too."),
        (4, "Every row must name its case."),
    ]


def test_several_rows_of_a_patient_are_cases_of_theirs() -> None:
    found = cases_of("patient id,age\np,45\np,46\nq,50\n")
    assert found.frame["case_id"].tolist() == ["p", "p#2", "q"]
    assert "Some patients have several rows" in found.notes[-1]


def test_rows_without_a_name_are_called_by_their_row() -> None:
    assert cases_of("age,sex\n45,F\n50,M\n").frame["case_id"].tolist() == ["row 2", "row 3"]


def test_columns_that_are_not_there_count_as_unknown_and_are_named() -> None:
    found = cases_of("case,age\na,45\n")
    assert found.frame["sex"].tolist() == [None]
    assert np.isnan(found.frame["max_diameter_mm"]).all()
    (note,) = found.notes
    assert note.startswith("The table does not have Sex, Largest diameter")
    assert note.endswith("which count as unknown.")


def test_the_closest_of_several_columns_is_read() -> None:
    found = cases_of("case,tumor size (cm),max_diameter_mm\na,1.0,12\n")
    assert found.frame["max_diameter_mm"].tolist() == [12.0]
    assert "'tumor size (cm)' is left out" in found.notes[0]


def test_columns_of_a_cohort_of_ones_own_are_read_by_name_or_label() -> None:
    found = cases_of("case,Stage\na,Stage II\nb,i\nc,iv\n", [OWN])
    assert found.frame["stage"].tolist() == ["ii", "i"]
    assert found.issues[0].value == "iv"


@pytest.mark.parametrize("text", ["shoe\n1\n", "case,shoe\na,1\n"])
def test_a_table_without_any_column_that_is_read_is_refused(text: str) -> None:
    with pytest.raises(TableError, match="has no column that these models read: age, sex"):
        cases_of(text)


@pytest.mark.parametrize("text", ["sex,sex\nf,m\n", "case,age,sex,sex\na,40,f,m\n"])
def test_which_of_two_columns_of_one_name_is_meant_is_not_guessed(text: str) -> None:
    with pytest.raises(TableError, match=r"has sex more than once: 'sex \(column [AC]\)', 'sex"):
        cases_of(text)


@pytest.mark.parametrize("text", ["", "\n", "case,age\n"])
def test_an_empty_table_is_refused(text: str) -> None:
    with pytest.raises(TableError):
        cases_of(text)


def test_a_report_that_is_a_book_sets_its_row_aside() -> None:
    text = f"case,age,report\na,45,Solid nodule 😀\nb,50,{'x' * (MOST_REPORT + 1)}\n"
    found = cases_of(text, reads_report=True)
    assert found.frame["report_text"].tolist() == ["Solid nodule 😀"]
    assert len(found.issues[0].value) <= 80


def test_a_workbook_and_a_parquet_file_are_read_alike() -> None:
    frame = pd.DataFrame({"case": ["a", "b"], "age": [45, 50], "multifocal": [True, False]})
    book, parquet = io.BytesIO(), io.BytesIO()
    frame.to_excel(book, index=False)
    frame.to_parquet(parquet)
    tables = [frame.to_csv(index=False).encode(), book.getvalue(), parquet.getvalue()]
    read = [read_cases(read_table(data, "t"), COLUMNS).frame for data in tables]
    for one in read[1:]:
        pd.testing.assert_frame_equal(one, read[0])


def test_ten_thousand_rows_are_read_in_a_moment() -> None:
    rng = np.random.default_rng(100)
    lines = [
        f"c{i},{age},{sex},{size:.2f},{multi},smooth,4"
        for i, (age, sex, size, multi) in enumerate(
            zip(
                rng.integers(18, 90, 10_000),
                rng.choice(["F", "M"], 10_000),
                rng.gamma(4, 3, 10_000),
                rng.choice(["yes", "no", "NA"], 10_000),
                strict=True,
            )
        )
    ]
    table = table_of("case,age,sex,size,multifocal,margin,ti-rads\n" + "\n".join(lines))
    began = time.process_time()
    assert len(read_cases(table, COLUMNS).frame) == 10_000
    assert time.process_time() - began < 1.0


def file(name: str) -> File:
    return File(name, lambda: b"")


def given(found: Matched) -> dict[str, list[tuple[str, str, dict[str, str]]]]:
    return {
        case: [(g.file.name, g.view, {s: m.name for s, m in g.masks.items()}) for g in pictures]
        for case, pictures in found.pictures.items()
    }


def test_files_are_matched_to_cases_views_and_outlines_by_their_names() -> None:
    names = ["P_1_longitudinal.DCM", "P_1_transverse.dcm", "p_1_transverse_gland.png", "q.png",
             "Q_nodule.png", "Q-gland.png", "r_node.tif", "r.jpeg", "notes.txt"]  # fmt: skip
    found = matched(map(file, names), ["P_1", "Q"])
    assert given(found) == {
        "P_1": [
            ("P_1_transverse.dcm", "transverse", {"gland": "p_1_transverse_gland.png"}),
            ("P_1_longitudinal.DCM", "longitudinal", {}),
        ],
        "Q": [("q.png", "", {"nodule": "Q_nodule.png", "gland": "Q-gland.png"})],
        "r": [("r.jpeg", "", {"node": "r_node.tif"})],
    }
    assert found.notes == ("1 file is no picture by its ending and was left out.",)


@pytest.mark.parametrize(
    ("names", "left_out", "why"),
    [
        (["a.png", "A.dcm"], "A.dcm", "the same view of this case already"),
        (["a_nodule.png"], "a_nodule.png", "there is no picture of that case"),
        (["a_axial.png", "a_transverse.png", "a_gland.png"], "a_gland.png", "on which view"),
        (["a.png", "a_nodule.png", "a_mask.png"], "a_mask.png", "the same structure"),
        (["a_axial.png", "a_transverse_gland.png"], "a_transverse_gland.png", "case and view"),
    ],
)
def test_a_file_that_cannot_be_placed_is_left_out_with_a_reason(
    names: list[str], left_out: str, why: str
) -> None:
    ((name, reason),) = matched(map(file, names), ["a"]).aside
    assert name == left_out
    assert why in reason


def test_a_case_whose_name_ends_like_an_outline_is_a_case() -> None:
    found = matched([file("left_gland.png")], ["left_gland"])
    assert list(found.pictures) == ["left_gland"]


SEEING = Inputs(COLUMNS[:2], views=("any",), modality="US", structures=("lesion",))


def test_pictures_without_a_row_follow_the_rows_and_rows_set_aside_have_none() -> None:
    rows = cases_of("case,age\na,45\nbad,450\n", columns_of([SEEING]))
    pictures = {name: (Given(file(f"{name}.png")),) for name in ("a", "bad", "extra")}
    batch = batch_of([SEEING], rows, Matched(pictures))
    assert batch.frame["case_id"].tolist() == ["a", "extra"]
    assert batch.has_row.tolist() == [True, False]
    assert batch.origin["row"].tolist() == [2, pd.NA]


def test_columns_of_several_models_are_read_once_each() -> None:
    first, second = Inputs(COLUMNS[:2]), Inputs(COLUMNS[1:3])
    assert [one.name for one in columns_of([first, second])] == [c.name for c in COLUMNS[:3]]


def test_nothing_to_judge_is_refused_in_words() -> None:
    rows = cases_of("case,age\na,450\n")
    with pytest.raises(InputError, match=r"row 2, column 'age': Age \(years\) must lie between"):
        batch_of([SEEING], rows, None)
    with pytest.raises(InputError, match="read no pictures"):
        batch_of([Inputs(COLUMNS)], None, Matched({"a": (Given(file("a.png")),)}))
    with pytest.raises(InputError, match="There is no case to judge"):
        batch_of([SEEING], None, Matched())
