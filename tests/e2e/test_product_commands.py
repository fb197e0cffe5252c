"""The commands for own products in bulk."""

import json

import pytest

from pricebook.embedded import Endpoints
from running_system import System

SECRET = "0123456789abcdef0123456789abcdef"
TEXT = "sku,name,category,target_price\nA-1,Pen,Office > Pens,1.50\nA-2,Ink,,x\n"


@pytest.fixture
def environment(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": endpoints.redis_url,
        "JWT_SECRET": SECRET,
    }


def test_products_are_imported_corrected_and_exported(
    system: System, environment: dict[str, str]
) -> None:
    (system.folder / "own.csv").write_text(TEXT)
    dry = system.run("products", "import", "own.csv", "--dry-run", **environment)
    assert (dry.returncode, dry.stderr) == (0, "")
    counts, *rows = dry.stdout.splitlines()[:3]
    assert counts == (
        "own.csv, dry run, nothing was changed: 1 new, 0 changed, 0 unchanged, 1 rejected, 0"
        " duplicate."
    )
    assert rows == [
        "row 2: new A-1: name - → Pen, target_price - → 1.50, category - → Office > Pens",
        'row 3: The price "x" is not a number.',
    ]
    assert len(system.run("products", "export", **environment).stdout.splitlines()) == 1
    done = json.loads(system.run("products", "import", "own.csv", "--json", **environment).stdout)
    assert done["state"] == "partially_succeeded"
    assert [row["outcome"] for row in done["rows"]] == ["new", "rejected"]
    rejected = system.run("products", "rejected", done["id"], **environment).stdout
    (system.folder / "again.csv").write_text(rejected.replace(",x,", ",2,"))
    again = system.run("products", "import", "again.csv", **environment)
    assert ": 1 new, 0 changed, 0 unchanged, 0 rejected, 0 duplicate." in again.stdout
    exported = system.run("products", "export", **environment).stdout
    assert exported == (
        "\ufeffinternal_sku,name,category,status,target_price,gtin,mpn,brand,links\n"
        "A-2,Ink,,draft,2.00,,,,\nA-1,Pen,Office > Pens,draft,1.50,,,,\n"
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("import", "none.csv"), "none.csv cannot be read: No such file or directory."),
        (("rejected", "x"), "x is not the id of an import."),
        (
            ("rejected", "7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22"),
            "There is no import of products 7d1f2b8e-64a3-4b8f-9a4e-2f6a0b9c1d22.",
        ),
    ],
)
def test_error_is_one_sentence(
    system: System, environment: dict[str, str], arguments: tuple[str, ...], error: str
) -> None:
    done = system.run("products", *arguments, **environment)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"pricebook: {error}\n")
