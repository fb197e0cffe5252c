"""`pricebook inspect`: one line for each file, without a database."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pricelists.price_lists import csv_text
from pricelists.workbooks import HEADER, ods_of, raw_xlsx, xlsx_of, zipped

SENTENCE = (
    'Price from column C "price": USD (assumed: the list names no currency), VAT not stated; '
    'code from A "sku", name from B "name";'
)


def run(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "pricebook", "inspect", *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    files = {
        "a.csv": csv_text("1;Lamp;5", "2;Cable;x", "3;Tape;7").encode(),
        "b.xls": xlsx_of([["Prices 2024"], HEADER, ["1", "Lamp", 5]]),
        "c.xlsx": b"<html></html>",
        "deep/d.zip": zipped({"a.txt": "x"}),
        "e.ods": ods_of([HEADER, ["1", "x", 5]])[:-20],
        "f.bin": bytes(range(256)) * 50,
        "g.xlsx": raw_xlsx("<row r='1'><c r='XFD1'><v>1</v></c></row>"),
        "h": b"",
    }
    folder = tmp_path / "lists"
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def test_cells_that_are_kept_as_text_are_counted(tmp_path: Path) -> None:
    rows = ("1;Lamp;5;pcs;2;soon", "2;Cable;7;heap;1;2 days", "3;Tape;7;heap;some;soon")
    header = "sku;name;price;unit;pack size;lead time"
    (tmp_path / "a.csv").write_text(csv_text(*rows, header=header))
    printed = run("a.csv", folder=tmp_path).stdout
    counts = '2 of lead time ("soon"), 1 of pack size ("some"), 2 of unit ("heap")'
    assert f"cells not understood and kept as text: {counts}." in printed


def test_every_file_of_a_folder_gets_one_line_and_a_refused_one_ends_with_1(lists: Path) -> None:
    completed = run("lists", folder=lists.parent)
    assert (completed.returncode, completed.stderr) == (1, "")
    lines = completed.stdout.splitlines()
    assert lines[:2] == [
        (
            'lists/a.csv: read: csv utf-8 ";"; header in row 1; 2 articles, 1 rejected '
            f"(price_not_a_number 1), 1 ignored. {SENTENCE} 2 articles."
        ),
        (
            'lists/b.xls: read: xlsx sheet "Prices"; header in row 2; 1 articles, 0 rejected, '
            f'2 ignored. {SENTENCE} 1 article of sheet "Prices".'
        ),
    ]
    assert [line.split(": ")[1] for line in lines[2:]] == ["refused"] * 6
    assert not (lists.parent / ".pricebook").exists()


def test_json_option_prints_one_object_per_file_with_nothing_left_out(lists: Path) -> None:
    completed = run("lists/a.csv", "lists/h", "--json", folder=lists.parent)
    assert completed.returncode == 1
    read, refused = map(msgspec.json.decode, completed.stdout.splitlines())
    assert (read["items"], read["rejected"], read["ignored"]) == (2, 1, 1)
    assert read["found"]["format"] == "csv"
    assert [issue["message"] for issue in refused["issues"]] == [refused["refused"]]
    assert read["profile_sentence"] == f"{SENTENCE} 2 articles."
    assert read["row_error_counts"] == {"price_not_a_number": 1}
    assert read["row_errors"] == [
        {
            "row_number": 3,
            "error_type": "price_not_a_number",
            "error_message": 'The price "x" is not a number.',
        }
    ]
    assert read.keys() == refused.keys()
    assert (refused["path"], refused["items"], refused["rejected"]) == ("lists/h", 0, 0)
    assert "empty" in refused["refused"]


def test_all_rejected_rows_are_in_the_json(tmp_path: Path) -> None:
    bad_rows = 1_200
    text = csv_text("1;Lamp;5", *(f"{n};Cable;x\\y\tz" for n in range(2, bad_rows + 2)))
    (tmp_path / "list.csv").write_text(text)
    completed = run("list.csv", "--json", folder=tmp_path)
    read = msgspec.json.decode(completed.stdout)
    assert (read["items"], read["rejected"]) == (1, bad_rows)
    assert len(read["row_errors"]) == bad_rows
    assert read["row_errors"][-1]["row_number"] == bad_rows + 2
    assert "x\\y z" in read["row_errors"][0]["error_message"]


def test_options_of_reading_decide_what_is_in_doubt(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(
        "From ACME\nCode;Name;Net price;Gross price\n1;Lamp;5,00;6,00\n2;Cable;7,00;8,40\n"
    )
    refused = run("list.csv", folder=tmp_path)
    assert (refused.returncode, refused.stderr) == (1, "")
    options = ["--column", "price=Gross price", "--set", "header_row=2"]
    options += ["--set", "characteristic_columns=Net price"]
    decided = run("list.csv", *options, folder=tmp_path)
    assert (decided.returncode, decided.stderr) == (0, "")
    assert 'Price from column D "Gross price"' in decided.stdout
    assert 'kept as characteristics: "Net price"' in decided.stdout
    assert "2 articles" in decided.stdout


@pytest.mark.parametrize(
    ("option", "named"),
    [
        (["--set", "colour=red"], "colour"),
        (["--set", "header_row"], "KEY=VALUE"),
        (["--column", "price"], "FIELD=HEADER"),
        (["--column", "size=X"], "size"),
    ],
)
def test_an_unknown_option_of_reading_is_an_error(
    tmp_path: Path, option: list[str], named: str
) -> None:
    (tmp_path / "list.csv").write_text(csv_text("1;Lamp;5"))
    completed = run("list.csv", *option, folder=tmp_path)
    assert (completed.returncode, completed.stdout) == (1, "")
    assert completed.stderr.startswith("pricebook: ")
    assert named in completed.stderr


@pytest.mark.parametrize("arguments", [(), ("missing.csv",)])
def test_wrong_usage_is_an_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    completed = run(*arguments, folder=tmp_path)
    assert completed.returncode in (1, 2)
    assert completed.stderr.startswith("pricebook: ")
    assert "Traceback" not in completed.stderr
