"""Commands: their output, and one error sentence with an exit code if they fail."""

import json
import re
from pathlib import Path

import pytest

from pricebook.embedded import Endpoints
from running_system import System

SECRET = "0123456789abcdef0123456789abcdef"
SENTENCE = re.compile(r"pricebook: [^\n]+\.\n")
PRICE_LIST = "Article code,Name,Price\nA-1,Hammer,12.50\nA-2,Saw,\nA-3,Glove,3\n"


@pytest.fixture
def environment(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": endpoints.redis_url,
        "JWT_SECRET": SECRET,
    }


@pytest.fixture
def price_list(system: System) -> Path:
    path = system.folder / "list.csv"
    path.write_text(PRICE_LIST)
    return path


def test_import_prints_the_counts_and_the_rejected_rows(
    system: System, environment: dict[str, str], price_list: Path
) -> None:
    done = system.run(
        "import", price_list.name, "--supplier", "ACME", "--create-supplier", **environment
    )
    assert done.returncode == 0, done.stderr
    counts = dict(re.findall(r"(\w[\w ]*?)\s+│\s+([\d,]+)", done.stdout))
    assert counts == {
        "new": "2",
        "changed": "0",
        "unchanged": "0",
        "duplicate": "0",
        "rejected": "1",
        "ignored": "1",
        "in the list": "4",
    }
    assert "ACME (new supplier)" in done.stdout
    assert "row 3: The price is missing." in done.stdout


def test_import_prints_json(system: System, environment: dict[str, str], price_list: Path) -> None:
    done = system.run(
        "import",
        price_list.name,
        "--supplier",
        "ACME",
        "--create-supplier",
        "--json",
        **environment,
    )
    result = json.loads(done.stdout)
    assert result["status"] == "success"
    assert result["counts"]["new"] == 2
    assert result["found"]["columns"]["sku"] == "Article code"


def test_dry_run_names_no_command_for_its_task(
    system: System, environment: dict[str, str], price_list: Path
) -> None:
    system.run("import", price_list.name, "--supplier", "ACME", "--create-supplier", **environment)
    rejected = "".join(f"B-{number},Saw,\n" for number in range(25))
    price_list.write_text("Article code,Name,Price\nA-1,Hammer,90\nA-3,Glove,30\n" + rejected)
    words = ("import", price_list.name, "--supplier", "ACME", "--create-supplier", "--dry-run")
    dry = system.run(*words, **environment)
    assert "... and 5 more rows: --json prints all.\n" in dry.stdout
    assert dry.stderr.endswith("An import of this price list would be held for a decision.\n")
    assert "pricebook tasks" not in dry.stdout + dry.stderr


def test_dry_run_shows_only_what_changes(
    system: System, environment: dict[str, str], price_list: Path
) -> None:
    system.run("import", price_list.name, "--supplier", "ACME", "--create-supplier", **environment)
    price_list.write_text("Article code,Name,Price\nA-1,Claw hammer,12.50\nA-3,Glove,3.20\n")
    dry = system.run("import", price_list.name, "--supplier", "ACME", "--dry-run", **environment)
    lines = dry.stdout.splitlines()
    assert "changed  A-1 Hammer → Claw hammer" in lines
    assert any(line.startswith("changed  A-3 Glove: 3.00 → 3.20 (") for line in lines)


def test_rejected_rows_are_corrected_and_imported_for_their_task(
    system: System, environment: dict[str, str], price_list: Path
) -> None:
    done = system.run(
        "import",
        price_list.name,
        "--supplier",
        "ACME",
        "--create-supplier",
        "--json",
        **environment,
    )
    result = json.loads(done.stdout)
    assert result["profile_sentence"].startswith('Price from column C "Price": USD')
    task_id = result["task_id"]
    errors = system.run("tasks", "errors", task_id, **environment).stdout
    (system.folder / "rejected.csv").write_text(errors.replace("A-2,Saw,,", "A-2,Saw,8,"))
    plain = system.run("import", "rejected.csv", "--supplier", "ACME", **environment)
    assert (plain.returncode, SENTENCE.fullmatch(plain.stderr) is not None) == (1, True)
    assert f"--corrections {task_id}" in plain.stderr
    done = system.run("import", "rejected.csv", "--corrections", task_id, **environment)
    assert done.returncode == 0, done.stderr
    assert re.search(r"new\s+│\s+1 ", done.stdout)
    shown = system.run("tasks", "show", task_id, **environment).stdout
    assert "succeeded" in shown
    assert re.search(r"rejected\s+│\s+0 ", shown)
    assert 'Price from column C "Price": USD' in shown


def test_articles_are_left_out_by_their_codes(
    system: System, environment: dict[str, str], price_list: Path
) -> None:
    supplier = ("--supplier", "ACME", "--create-supplier", "--json")
    done = system.run(
        "import", price_list.name, *supplier, "--leave-out", "A-1", "--leave-out", "A-3",
        **environment,
    )  # fmt: skip
    assert json.loads(done.stdout)["row_error_counts"] == {"left_out": 2, "missing_price": 1}
    unknown = system.run("import", price_list.name, *supplier, "--leave-out", "A-9", **environment)
    assert "has no article A-9 that could be left out" in unknown.stderr


@pytest.mark.parametrize("option", [(), ("--dry-run",)])
def test_every_reason_to_refuse_a_price_list_has_its_line(
    system: System, environment: dict[str, str], option: tuple[str, ...]
) -> None:
    (system.folder / "list.csv").write_text(
        "Code,Name,Net price,Gross price,Discount group\n1,Axe,5.00,6.00,A\n2,Saw,7.00,8.40,B\n"
    )
    mapping = ["--set", "characteristic_columns=Colour"]
    done = system.run(
        "import",
        "list.csv",
        "--supplier",
        "ACME",
        "--create-supplier",
        *mapping,
        *option,
        **environment,
    )
    inspected = system.run("inspect", "list.csv", *mapping)
    reasons = [line.removeprefix("pricebook: ") for line in done.stderr.splitlines()]
    assert (done.returncode, inspected.returncode) == (1, 1)
    assert len(reasons) >= 2
    assert [line.split(": refused: ")[1] for line in inspected.stdout.splitlines()] == reasons


def test_columns_can_be_mapped_by_options(system: System, environment: dict[str, str]) -> None:
    (system.folder / "list.csv").write_text("Alpha,Beta,Gamma\nA-1,Hammer,12.50\n")
    mapping = ["--column", "sku=Alpha", "--column", "name=Beta", "--column", "price=Gamma"]
    done = system.run(
        "import", "list.csv", "--supplier", "ACME", "--create-supplier", *mapping, **environment
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"new\s+│\s+1 ", done.stdout)


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (
            ["import", "missing.csv", "--supplier", "A", "--create-supplier"],
            1,
            "missing.csv cannot be read",
        ),
        (["import", "bad.csv", "--supplier", "A", "--create-supplier"], 1, "price"),
        (["import", "list.csv"], 2, "--supplier"),
        (["import", "list.csv", "--corrections", "x"], 2, "--corrections"),
        (
            ["import", "list.csv", "--supplier", "A", "--create-supplier", "--column", "price"],
            1,
            "FIELD=HEADER",
        ),
        (
            ["import", "list.csv", "--supplier", "A", "--create-supplier", "--column", "size=X"],
            1,
            "size",
        ),
        (["import", "list.csv", "--supplier", "A", "--create-supplier", "--colour"], 2, "--colour"),
        (["fly"], 2, "fly"),
        (["serve", "--port", "99999"], 1, "PORT"),
        (["migrate", "--down-to", "9999"], 1, "9999"),
    ],
)
def test_error_is_one_sentence_that_names_the_cause(
    system: System, environment: dict[str, str], arguments: list[str], code: int, expected: str
) -> None:
    (system.folder / "list.csv").write_text(PRICE_LIST)
    (system.folder / "bad.csv").write_text("Colour,Size\nred,1\n")
    done = system.run(*arguments, **environment)
    assert done.returncode == code
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert expected in done.stderr


def test_import_without_a_valid_row_fails(system: System, environment: dict[str, str]) -> None:
    (system.folder / "list.csv").write_text("Article code,Name,Price\nA-1,Hammer,\n")
    done = system.run(
        "import", "list.csv", "--supplier", "ACME", "--create-supplier", **environment
    )
    assert done.returncode == 1
    assert SENTENCE.fullmatch(done.stderr)


def test_invalid_setting_is_named(system: System) -> None:
    done = system.run("migrate", PORT="http")
    assert (done.returncode, done.stderr) == (
        1,
        "pricebook: PORT is 'http': expected int, got str.\n",
    )


def test_settings_are_read_from_the_env_file(system: System) -> None:
    (system.folder / ".env").write_text("DB_POOL_MIN=9\nDB_POOL_MAX=2\n")
    done = system.run("migrate")
    assert done.stderr == "pricebook: DB_POOL_MIN (9) is over DB_POOL_MAX (2).\n"


def test_unreachable_database_is_reported_in_one_sentence(
    system: System, environment: dict[str, str], price_list: Path
) -> None:
    unreachable = {**environment, "DATABASE_URL": "postgresql://pricebook@/x?host=/nowhere"}
    for arguments in (
        ["migrate"],
        ["serve", "--port", str(system.port)],
        ["import", price_list.name, "--supplier", "ACME", "--create-supplier"],
    ):
        done = system.run(*arguments, **unreachable)
        assert done.returncode == 1
        assert SENTENCE.fullmatch(done.stderr), done.stderr


def test_serve_refuses_a_database_at_an_older_migration(
    system: System, environment: dict[str, str]
) -> None:
    done = system.run("migrate", "--down-to", "0003", **environment)
    assert done.stdout == "The database is at migration 0003.\n"
    done = system.run("serve", "--port", str(system.port), **environment)
    assert done.returncode == 1
    assert SENTENCE.fullmatch(done.stderr)
    assert "at migration 0003" in done.stderr
    assert "`pricebook migrate`" in done.stderr


def test_openapi_command_prints_the_document(system: System) -> None:
    assert json.loads(system.run("openapi").stdout)["openapi"].startswith("3.1")
