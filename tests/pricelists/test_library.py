"""`pricebook.pricelists` as a library: `read` needs no database, queue or web framework."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pricebook.errors import PriceListError, ValidationError
from pricebook.pricelists import DetectedProfile, ItemRow, ReadConfig, read
from pricelists.price_lists import csv_text

PAGE = (Path(__file__).parents[2] / "docs/price-lists.md").read_text()
SECTION = PAGE.partition("\n## Use as a library\n")[2].partition("\n## ")[0]
# Imports of these fail; afterwards the module table must hold none of them.
PRELUDE = """
import sys
BLOCKED = {"psycopg", "psycopg_pool", "litestar", "redis", "uvicorn", "starlette", "sqlalchemy"}
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ImportError(f"{name} is blocked")
sys.meta_path.insert(0, Blocker())
"""
CHECK = """
loaded = BLOCKED.intersection(name.partition(".")[0] for name in sys.modules)
assert not loaded, loaded
"""


def block(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", SECTION, re.MULTILINE | re.DOTALL)
    return text


def run_python(script: str, folder: Path) -> str:
    command = [sys.executable, "-c", script]
    completed = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


def test_documented_example_runs_without_database_and_http_packages(tmp_path: Path) -> None:
    (tmp_path / "acme.csv").write_text(block("csv"))
    assert run_python(PRELUDE + block("python") + CHECK, tmp_path) == block("text")


def test_package_import_does_not_load_the_reader(tmp_path: Path) -> None:
    script = """
import sys
import pricebook.pricelists.schemas.read_request
assert "pricebook.pricelists.reader" not in sys.modules
assert "pricebook.pricelists.formats" not in sys.modules
"""
    run_python(script, tmp_path)


@pytest.fixture
def price_list_file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(csv_text("A1;Lamp;1,500", "A2;Cable;"))
    return path


def test_read_accepts_path_and_text(price_list_file: Path) -> None:
    rows = list(read(price_list_file).rows())
    assert rows == list(read(str(price_list_file)).rows())
    assert [row.outcome for row in rows] == ["ignored", "rejected", "rejected"]


def test_read_applies_config(price_list_file: Path) -> None:
    price_list = read(price_list_file, config=ReadConfig(decimal_separator="."))
    assert [row.price for row in price_list.rows() if isinstance(row, ItemRow)] == [1500]


def test_read_refuses_invalid_config(price_list_file: Path) -> None:
    with pytest.raises(ValidationError, match="header_row"):
        read(price_list_file, config=ReadConfig(header_row=-1))


def test_read_refuses_columns_moved_since_previous_profile(price_list_file: Path) -> None:
    previous: DetectedProfile = read(price_list_file).profile
    price_list_file.write_text(csv_text("A1;Lamp;5", header="sku;name;net price"))
    with pytest.raises(PriceListError, match="price"):
        read(price_list_file, previous_profile=previous)
    assert read(price_list_file).profile.columns["price"] == "net price"


def test_unknown_name_of_the_package_is_an_attribute_error() -> None:
    with pytest.raises(ImportError, match="write"):
        exec("from pricebook.pricelists import write")  # noqa: S102 (a statement under test)
