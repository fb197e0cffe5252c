"""The supplier that `pricebook import` names: an unknown one is created only on request."""

from collections.abc import Callable

import pytest

from pricebook.embedded import Endpoints
from running_system import System

CREATE = " To make a new one, add --create-supplier.\n"
PRICE_LIST = "Article code,Name,Price\nA-1,Hammer,12.50\n"


@pytest.fixture
def run(
    system: System, database_url: str, endpoints: Endpoints
) -> Callable[..., tuple[int, str, str]]:
    """Run a command; return its exit code, its output and its error."""
    environment = {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}
    (system.folder / "list.csv").write_text(PRICE_LIST)

    def run(*words: str) -> tuple[int, str, str]:
        done = system.run(*words, **environment)
        return done.returncode, done.stdout, done.stderr

    return run


def test_unknown_supplier_is_an_error_that_names_similar_ones(
    run: Callable[..., tuple[int, str, str]],
) -> None:
    for name in ("Northwind", "Nordwerk"):
        assert run("suppliers", "add", name, "--type", "csv")[0] == 0
    code, _, error = run("import", "list.csv", "--supplier", "Northwnd")
    assert (code, error) == (
        1,
        "pricebook: There is no supplier 'Northwnd'. Did you mean 'Northwind'?" + CREATE,
    )
    code, _, error = run("import", "list.csv", "--supplier", "Zeta", "--dry-run")
    assert (code, error) == (
        1,
        "pricebook: There is no supplier 'Zeta'." + CREATE,
    )
    assert "Northwnd" not in run("suppliers", "list")[1]
    assert run("tasks", "list", "--json")[1].count("task_id") == 0


def test_supplier_is_found_in_any_case_of_letters(run: Callable[..., tuple[int, str, str]]) -> None:
    code, output, _ = run("import", "list.csv", "--supplier", "Northwind", "--create-supplier")
    assert (code, output.splitlines()[0].split(",")[0]) == (0, "Northwind (new supplier)")
    code, output, _ = run("import", "list.csv", "--supplier", "NORTHWIND", "--create-supplier")
    assert (code, output.splitlines()[0].split(",")[0]) == (0, "Northwind")
    code, output, _ = run("import", "list.csv", "--supplier", "northwind")
    assert (code, output.splitlines()[0].split(",")[0]) == (0, "Northwind")


def test_corrections_create_no_supplier(run: Callable[..., tuple[int, str, str]]) -> None:
    task_id = "5b9a4c1e-1111-4222-8333-444455556666"
    code, _, error = run("import", "list.csv", "--corrections", task_id, "--create-supplier")
    assert code == 2
    assert "--create-supplier needs --supplier" in error
