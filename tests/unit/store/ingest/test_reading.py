"""Real-world files are read as they look; what is no table says so in a sentence."""

from __future__ import annotations

import io
import zipfile

import pandas as pd
import pytest
from openpyxl import Workbook

from clnm_core.errors import TableError
from clnm_core.store.ingest import workbook
from clnm_core.store.ingest.reading import read_table


def xlsx(*sheets: tuple[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def sentence(data: bytes, name: str = "study.csv", **choices: object) -> str:
    with pytest.raises(TableError) as caught:
        read_table(data, name, **choices)
    text = str(caught.value)
    assert text.endswith((".", "?"))
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_and_unicode_encoding_gives_the_same_cells(encoding, delimiter):
    text = "Größe,Befund\r\n12,naïve\r\n7,Łódź\r\n".replace(",", delimiter)
    table = read_table(text.encode(encoding), "study.csv")
    assert table.names == ("Größe", "Befund")
    assert table.frame.to_numpy().tolist() == [["12", "naïve"], ["7", "Łódź"]]
    assert table.delimiter == delimiter


def test_western_and_chinese_bytes_are_told_apart():
    western = read_table("Âge;Médecin\n45;Léon Bérard\n50;Zoë\n".encode("cp1252"), "a.csv")
    assert (western.encoding, western.names[0]) == ("cp1252", "Âge")
    chinese = read_table("性别,年龄\n男,45\n女,50\n".encode("gb18030"), "b.csv")
    assert (chinese.encoding, chinese.names) == ("gb18030", ("性别", "年龄"))
    assert read_table(b"a,b\n\x81\xe9,2\n", "c.csv", encoding="latin-1").encoding == "latin-1"
    assert "accented letters" in " ".join(western.notes)


def test_words_are_kept_and_only_an_empty_cell_is_missing():
    table = read_table(b"id,word,x\n1,NA,No\n2,None,null\n3,,nan\n4,  ,n/a\n", "a.csv")
    assert table.frame["word"].tolist()[:2] == ["NA", "None"]
    assert table.frame["word"].isna().tolist() == [False, False, True, True]
    assert table.frame["x"].tolist() == ["No", "null", "nan", "n/a"]


def test_decimal_comma_is_found_and_does_not_hide_the_delimiter():
    table = read_table(b"id;risk;age\n1;0,53;44\n2;0,07;51\n", "a.csv")
    assert (table.delimiter, table.decimal) == (";", ",")
    quoted = read_table(b'id,risk\n1,"0,53"\n2,"0,07"\n', "a.csv")
    assert (quoted.delimiter, quoted.decimal) == (",", ",")


def test_a_line_break_inside_quotation_marks_stays_in_its_cell():
    table = read_table(b'id,text\n1,"two\nlines"\n2,"a ""word"""\n', "a.csv")
    assert table.frame["text"].tolist() == ["two\nlines", 'a "word"']
    assert table.rows.tolist() == [2, 3]


def test_rows_are_numbered_as_a_spreadsheet_counts_them():
    table = read_table(b"Study of necks;;\n;;\nid;age;side\n1;4;l\n;;\n2;5;r\n", "a.csv")
    assert table.header_row == 3
    assert table.rows.tolist() == [4, 6]
    assert any("Row 5 is empty" in note for note in table.notes)


def test_a_line_that_names_the_delimiter_is_obeyed():
    assert read_table(b"sep=|\na|b\n1,2|3\n", "a.csv").names == ("a", "b")


def test_row_names_of_r_get_a_column_of_their_own():
    table = read_table(b'"age" "sex"\n"1" 44 "f"\n"2" 51 "m"\n', "a.txt")
    assert table.names == ("row name", "age", "sex")
    assert table.frame["age"].tolist() == ["44", "51"]


def test_the_fullest_sheet_is_read_below_its_title_rows():
    data = xlsx(
        ("Notes", [["Please read"]]),
        ("Data", [["Study 2024"], [], ["id", "age", "risk"], [1, 44, 0.5], [2, 51.0, 0.25]]),
    )
    table = read_table(data, "a.xlsx")
    assert (table.sheet, table.sheets, table.header_row) == ("Data", ("Notes", "Data"), 3)
    assert table.frame.to_numpy().tolist() == [["1", "44", "0.5"], ["2", "51", "0.25"]]
    assert read_table(data, "a.xlsx", sheet="Data", header=3).names == ("id", "age", "risk")


def test_tables_side_by_side_are_told_apart_and_chosen():
    rows = [
        ["Left", None, None, "Right"],
        ["id", "age", None, "id", "side", "size"],
        [1, 44, None, 7, "left", 3],
        [2, 51, None, 8, "right", 5],
    ]
    data = xlsx(("S", rows))
    table = read_table(data, "a.xlsx")
    assert [block.columns for block in table.blocks] == ["A:B", "D:F"]
    assert (table.block, table.names) == (2, ("id", "side", "size"))
    assert read_table(data, "a.xlsx", block=1).names == ("id", "age")
    assert "there is no 3" in sentence(data, "a.xlsx", block=3)


def test_header_rows_are_joined_and_fillers_of_pandas_removed():
    text = (
        "patient,patient,pathology,pathology,pathology,pathology\n"
        "#,Unnamed: 1_level_1,ipsi,ipsi,contra,contra\n"
        "id,age,II,III,II,III\n1,44,True,,False,\n"
    )
    table = read_table(text.encode(), "a.csv")
    assert table.header_rows == 3
    assert table.names[0] == "patient | # | id"
    assert table.names[4:] == ("pathology | contra | II", "pathology | contra | III")
    assert table.rows.tolist() == [4]


def test_a_merged_group_row_is_used_where_names_repeat_below_it():
    rows = [
        [None, "Left", None, "Right", None, None, None],
        ["id", "II", "III", "II", "III", "age", "sex"],
        [1, 0, 1, 0, 0, 40, "f"],
    ]
    table = read_table(xlsx(("S", rows)), "a.xlsx")
    assert table.names[:5] == ("id", "Left | II", "Left | III", "Right | II", "Right | III")


def test_a_repeated_name_cannot_be_picked_by_accident():
    table = read_table(b"id,age,age\n1,44,45\n", "a.csv")
    assert table.names == ("id", "age (column B)", "age (column C)")
    assert any("2 columns are called 'age'" in note for note in table.notes)


def test_parquet_gives_words_and_spreadsheet_row_numbers(tmp_path):
    frame = pd.DataFrame({"id": ["a", "b"], "x": [0.1, float("nan")], "y": [True, False]})
    frame.to_parquet(tmp_path / "a.parquet")
    table = read_table((tmp_path / "a.parquet").read_bytes(), "a.parquet")
    assert table.frame["x"].tolist()[0] == "0.1"
    assert table.frame["x"].isna().tolist() == [False, True]
    assert table.rows.tolist() == [2, 3]


def test_short_rows_are_noted_and_long_rows_refused():
    table = read_table(b"a,b,c\n1,2,3\n1,2\n1,2,3\n", "a.csv")
    assert any(note.startswith("Row 3 is shorter") for note in table.notes)
    assert "Row 3 is longer than the header" in sentence(b"a,b\n1,2\n1,2,3\n1,2\n")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\n \n", "is empty"),
        (b"a,b,c\n", "a header (row 1) but no rows below it"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"\x89PNG\r\n\x1a\n....", "a PNG image"),
        (b"MZ\x90\x00\x03\x00\x00", "a Windows program"),
        (b"\xd0\xcf\x11\xe0....", "an old Excel workbook"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b'{"a": 1}', "is JSON"),
        (b"a,b\n\x81\x8d\xe9,44\n", "neither Unicode, Western nor Chinese"),
        (b"\xff\xfea\x00,", "bytes that are not utf-16"),
        (b"a,b\n1,\x002\n", "NUL bytes"),
        ("a,b\nü,é\nö,".encode() + b"\xff\n", "line 3 holds a damaged letter"),
        (b'a,b\n1,"open\n2,3\n', "never closed"),
        (b'a,b\n1,"x"y\n', "row 2 (line 2 of the file)"),
        (b"a,b\n1," + b"x" * 200_000, "more than 131,072 characters"),
        (b",".join(b"c%d" % i for i in range(10_000)) + b"\n1\n", "10,000 columns"),
        (b"PAR1 not really PAR1", "damaged and cannot be read as Parquet"),
        (b"PK\x03\x04 torn", "a zip archive"),
    ],
)
def test_what_cannot_be_read_says_why_in_a_sentence(data, words):
    assert words in sentence(data, "study.xlsx")


def test_formula_like_cells_stay_words():
    table = read_table(b"id,name\n1,=CMD|'/C calc'!A0\n2,@SUM(1)\n", "a.csv")
    assert table.frame["name"].tolist() == ["=CMD|'/C calc'!A0", "@SUM(1)"]


def test_a_formula_without_a_saved_value_is_named_by_its_cell():
    data = xlsx(("S", [["id", "age"], [1, "=40+4"], [2, 51]]))
    assert "cell B2 holds a formula whose value was never saved" in sentence(data, "a.xlsx")


def test_a_zip_bomb_is_measured_before_it_is_parsed():
    stream = io.BytesIO(xlsx(("S", [["a"], [1]])))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * (workbook.MOST_UNPACKED + 1))
    assert "zip bomb" in sentence(stream.getvalue(), "a.xlsx")


def test_too_many_cells_and_entity_declarations_are_refused(monkeypatch):
    data = xlsx(("S", [["a", "b"], [1, 2]]))
    with monkeypatch.context() as patch:
        patch.setattr(workbook, "MOST_CELLS", 3)
        assert "more than 3 cells" in sentence(data, "a.xlsx")
    stream = io.BytesIO(data)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/extra.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>')
    assert "document type declaration" in sentence(stream.getvalue(), "a.xlsx")


def test_a_damaged_workbook_and_a_missing_sheet_are_sentences():
    data = xlsx(("S", [["a"], [1]]))
    assert "no sheet called 'T'" in sentence(data, "a.xlsx", sheet="T")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert "damaged" in sentence(stream.getvalue(), "a.xlsx")
    assert "not a workbook" in sentence(b"a,b\n1,2\n", "a.csv", sheet="S")


def test_the_recurrence_table_reads_the_same_from_csv_and_xlsx(shared_data):
    folder = shared_data / "uci_dtc_recurrence"
    text = read_table((folder / "Thyroid_Diff_semicolon.csv").read_bytes(), "a.csv")
    book = read_table((folder / "Thyroid_Diff.xlsx").read_bytes(), "a.xlsx")
    pd.testing.assert_frame_equal(text.frame, book.frame)
    assert len(text) == 383
    assert int((text.frame["N"] != "N0").sum()) == 115


def test_nodal_tables_have_three_header_rows(shared_data):
    for folder, shape in (("2021-clb-oropharynx", (263, 82)), ("2021-usz-oropharynx", (287, 194))):
        path = shared_data / "lydata_hnscc_nodal" / folder / "data.csv"
        table = read_table(path.read_bytes(), "data.csv")
        assert (table.header_rows, table.frame.shape) == (3, shape)
        assert "patient | # | institution" in table.names
        assert table.rows[0] == 4
