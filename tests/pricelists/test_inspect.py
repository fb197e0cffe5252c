"""`pricebook inspect`: one line for each file, without a database."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pricelists.price_lists import csv_text
from pricelists.workbooks import HEADER, ods_of, raw_xlsx, xlsx_of, zipped


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


def test_every_file_of_a_folder_gets_one_line(lists: Path) -> None:
    completed = run("lists", folder=lists.parent)
    assert (completed.returncode, completed.stderr) == (0, "")
    lines = completed.stdout.splitlines()
    assert lines[:2] == [
        (
            'lists/a.csv: read: csv utf-8 ";"; header in row 1; sku "sku", name "name", '
            'price "price"; 2 articles, 1 rejected, 1 ignored'
        ),
        (
            'lists/b.xls: read: xlsx sheet "Prices"; header in row 2; sku "sku", name "name", '
            'price "price"; 1 articles, 0 rejected, 2 ignored'
        ),
    ]
    assert [line.split(": ")[1] for line in lines[2:]] == ["refused"] * 6
    assert not (lists.parent / ".pricebook").exists()


def test_json_option_prints_one_object_per_file(lists: Path) -> None:
    completed = run("lists/a.csv", "lists/h", "--json", folder=lists.parent)
    read, refused = map(msgspec.json.decode, completed.stdout.splitlines())
    assert (read["items"], read["rejected"], read["ignored"]) == (2, 1, 1)
    assert read["found"]["format"] == "csv"
    assert (refused.keys(), refused["path"]) == ({"path", "refused", "issues"}, "lists/h")
    assert [issue["message"] for issue in refused["issues"]] == [refused["refused"]]
    assert "empty" in refused["refused"]


@pytest.mark.parametrize("arguments", [(), ("missing.csv",)])
def test_wrong_usage_is_an_error(arguments: tuple[str, ...], tmp_path: Path) -> None:
    completed = run(*arguments, folder=tmp_path)
    assert completed.returncode in (1, 2)
    assert completed.stderr.startswith("pricebook: ")
    assert "Traceback" not in completed.stderr
