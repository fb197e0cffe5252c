"""The commands `tasks`, `suppliers` and `doctor`."""

import json
import re
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from pricebook.cli.lookups import COMMAND_LINE
from pricebook.db.migrations import rights
from running_system import System

PRICE_LIST = "Article code,Name,Price\nA-1,Hammer,12.50\nA-2,=Saw,\n"
UNKNOWN_TASK = "e4b0a6d1-52a7-4a43-b1cf-0c5fbd6a8e90"
Environment = dict[str, str]


@pytest.fixture
def environment(database_url: str, redis_url: str) -> Environment:
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "JWT_SECRET": "0123456789ab" * 4}


def run(system: System, environment: Environment, *arguments: str) -> Any:
    done = system.run(*arguments, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) if "--json" in arguments else done.stdout


def import_text(
    system: System, environment: Environment, text: str = PRICE_LIST, *options: str
) -> str:
    """Import a price list by command; return the id of its task."""
    (system.folder / "list.csv").write_text(text)
    words = ["import", "list.csv", "--supplier", "ACME", "--create-supplier", "--json", *options]
    done = system.run(*words, **environment)
    return json.loads(done.stdout)["task_id"]


def test_tasks_are_listed_and_shown_with_their_rejected_rows(
    system: System, environment: Environment
) -> None:
    task_id = import_text(system, environment)
    assert task_id in run(system, environment, "tasks", "list")
    (task,) = run(system, environment, "tasks", "list", "--state", "partially_succeeded", "--json")[
        "data"
    ]
    assert task["result"]["items_processed"] == 1
    shown = run(system, environment, "tasks", "show", task_id, "--follow")
    assert "ACME: partially_succeeded" in shown
    lines = run(system, environment, "tasks", "errors", task_id).splitlines()
    assert lines[0].startswith("row_number,sheet,Article code,Name,Price,")
    assert lines[1].endswith(f",missing_price,The price is missing.,{task_id}")


def test_held_price_list_awaits_a_comparison_after_an_undo(
    system: System, environment: Environment
) -> None:
    text = "Article code,Name,Price\nA-1,Hammer,{}\nA-2,Saw,{}\n"
    import_text(system, environment, text.format(12, 8))
    changed_id = import_text(system, environment, text.format(13, 9))
    held_id = import_text(system, environment, text.format(90, 70))
    sentence = "Prices changed since: a worker compares it again, and its reasons may change."
    assert sentence not in run(system, environment, "tasks", "show", held_id)
    run(system, environment, "tasks", "undo", changed_id)
    assert sentence in run(system, environment, "tasks", "show", held_id)


def test_held_price_list_is_applied_without_an_article(
    system: System, environment: Environment
) -> None:
    import_text(system, environment, "Article code,Name,Price\nA-1,Hammer,12\nA-2,Saw,8\n")
    changed = "Article code,Name,Price\nA-1,Hammer,90\nA-2,Saw,70\nA-3,Anvil,1250\n"
    task_id = import_text(system, environment, changed)
    run(system, environment, "tasks", "apply", task_id, "--leave-out", "A-3")
    task = run(system, environment, "tasks", "show", task_id, "--json")
    assert task["state"] == "partially_succeeded"
    errors = run(system, environment, "tasks", "errors", task_id)
    assert "A-3" in errors
    assert "left_out" in errors


def test_held_price_list_is_applied(system: System, environment: Environment) -> None:
    import_text(system, environment, "Article code,Name,Price\nA-1,Hammer,12\nA-2,Saw,8\n")
    changed = "Article code,Name,Price\nA-1,Hammer,90\nA-2,Saw,70\n"
    task_id = import_text(system, environment, changed)
    task = run(system, environment, "tasks", "show", task_id, "--json")
    assert (task["state"], task["result"]["status"]) == ("held", "failed")
    (line,) = [
        line for line in run(system, environment, "tasks", "list").splitlines() if task_id in line
    ]
    assert [cell.strip() for cell in re.split("[│┃]", line)[4:6]] == ["held", ""]
    held = run(system, environment, "tasks", "show", task_id)
    assert f"applying it would change the following (`pricebook tasks changes {task_id}`" in held
    run(system, environment, "tasks", "apply", task_id)
    task = run(system, environment, "tasks", "show", task_id, "--json")
    assert (task["state"], task["decided_by"]) == ("succeeded", COMMAND_LINE)
    shown = run(system, environment, "tasks", "show", task_id)
    assert "It was held: " in shown
    assert f"Applied by {COMMAND_LINE} at " in shown
    refused_id = import_text(system, environment)
    assert refused_id in run(system, environment, "tasks", "refuse", refused_id, "--reason", "Typo")
    assert f"Refused by {COMMAND_LINE}: Typo" in run(
        system, environment, "tasks", "show", refused_id
    )


def test_undone_task_is_shown_with_its_undo(system: System, environment: Environment) -> None:
    task_id = import_text(system, environment, PRICE_LIST, "--reason", "New prices")
    assert "Reason: New prices\n" in run(system, environment, "tasks", "show", task_id)
    undo = ["tasks", "undo", task_id, "--json", "--reason"]
    refused = system.run(*undo, "x" * 1001, **environment)
    assert (refused.returncode, "1,000 characters" in refused.stderr) == (2, True)
    undo_id = run(system, environment, *undo, "Wrong shop")["task_id"]
    assert "Reason: Wrong shop\n" in run(system, environment, "tasks", "show", undo_id)
    undone = run(system, environment, "tasks", "show", task_id)
    assert f"It was undone by task {undo_id} of {COMMAND_LINE} at 20" in undone
    undo_shown = run(system, environment, "tasks", "show", undo_id)
    assert f"It has undone task {task_id}." in undo_shown
    assert "ACME: undo succeeded, requested at" in undo_shown
    assert "products deleted" in undo_shown
    states = run(system, environment, "tasks", "list")
    assert "partially_succeeded, undone" in states
    assert "undo succeeded" in states
    assert "task.undone" in run(system, environment, "audit", "--task", task_id)


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["tasks", "show", "x"], "x is not a task id"),
        (["tasks", "show", UNKNOWN_TASK], UNKNOWN_TASK),
        (["tasks", "errors", UNKNOWN_TASK], UNKNOWN_TASK),
        (["tasks", "retry", UNKNOWN_TASK], UNKNOWN_TASK),
        (["tasks", "apply", UNKNOWN_TASK], UNKNOWN_TASK),
        (["suppliers", "add", "ACME", "--type", "csv", "--set", "url"], "KEY=VALUE"),
        (["suppliers", "add", "ACME", "--type", "csv", "--set", "colour=red"], "colour"),
        (["suppliers", "add", "ACME", "--type", "csv", "--set", "sync_every=soon"], "sync_every"),
    ],
)
def test_error_is_one_sentence(
    system: System, environment: Environment, arguments: list[str], output: str
) -> None:
    done = system.run(*arguments, **environment)
    assert done.returncode == 1
    assert re.fullmatch(r"pricebook: [^\n]+\.\n", done.stderr), done.stderr
    assert output in done.stderr


def test_suppliers_are_added_and_listed(system: System, environment: Environment) -> None:
    assignments = [
        "url=https://example.org/list.csv",
        "header_row=3",
        "column_mapping.price=Net price",
    ]
    options = [
        option for pair in (*assignments, "sync_every=0 6 * * *") for option in ("--set", pair)
    ]
    add = ("suppliers", "add", "ACME", "--type", "csv", *options, "--json")
    supplier = run(system, environment, *add)
    assert supplier["source_config"] == {
        "url": "https://example.org/list.csv",
        "header_row": 3,
        "column_mapping": {"price": "Net price"},
        "sync_every": "0 6 * * *",
    }
    assert supplier["id"] in run(system, environment, "suppliers", "list")
    assert run(system, environment, "suppliers", "list", "--json")["data"] == [supplier]


def test_doctor_reports_ok_for_every_check(system: System, environment: Environment) -> None:
    api = {"DATABASE_URL": make_conninfo(environment["DATABASE_URL"], user=rights.API_ROLE)}
    output = run(system, environment | api, "doctor")
    settings, *checks = output.splitlines()
    assert settings.startswith("note  settings: those of this command (environment, no ")
    assert [line.split()[0] for line in checks] == ["ok"] * 16


def test_doctor_names_the_file_of_its_settings(system: System, environment: Environment) -> None:
    file = system.folder / ".env"
    file.write_text("CATALOG_CURRENCY=EUR\n")
    output = system.run("doctor", **environment).stdout
    assert f"(environment and {file.resolve()})" in output.splitlines()[0]


def test_doctor_notes_a_role_with_more_rights_than_needed(
    system: System, environment: Environment
) -> None:
    output = run(system, environment, "doctor").splitlines()
    _, note = [line for line in output if line.startswith("note")]
    assert note.startswith("note  rights: pricebook owns the tables: let the API connect as ")
    assert "CREATE ROLE" in run(system, environment, "roles")


def test_doctor_names_each_problem_and_its_solution(
    system: System, environment: Environment
) -> None:
    run(system, environment, "migrate", "--down-to", "0007")
    unreachable = {"REDIS_URL": "unix:///nowhere/redis.sock", "JWT_SECRET": ""}
    done = system.run("doctor", **(environment | unreachable))
    assert done.returncode == 1
    wrong = dict(re.findall(r"^wrong ([a-zA-Z]+): (.+)$", done.stdout, re.MULTILINE))
    assert "JWT_SECRET is not set" in wrong["secret"]
    assert "`pricebook migrate`" in wrong["migrations"]
    assert "Redis" in wrong
    assert len(wrong) == 3
    unchecked = (
        "schema, aggregates, tasks, lists, quarantine, credentials, notices, webhooks, rates"
    )
    note = f"note  {unchecked}: not checked without migrations."
    assert note in done.stdout


def test_doctor_names_each_difference_from_the_migrations(
    system: System, environment: Environment
) -> None:
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        conn.execute("DROP INDEX products_name_idx, products_status_idx")
        conn.execute("CREATE TABLE reports (id integer)")
    done = system.run("doctor", **environment)
    assert done.returncode == 1
    output = [line for line in done.stdout.splitlines() if " schema: " in line]
    assert output == [
        "wrong schema: The index products_name_idx of products is missing.",
        "wrong schema: The index products_status_idx of products is missing.",
        "note  schema: The table reports is not part of the schema.",
    ]


def test_doctor_finds_wrong_prices_and_the_command_repairs_them(
    system: System, environment: Environment
) -> None:
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        conn.execute("INSERT INTO suppliers (name, source_type) VALUES ('ACME', 'csv')")
        conn.execute("INSERT INTO products (internal_sku, name) VALUES ('P-1', 'A'), ('P-2', 'B')")
        conn.execute("ALTER TABLE supplier_items DISABLE TRIGGER USER")
        conn.execute("""
            INSERT INTO supplier_items (supplier_id, product_id, supplier_sku, name, current_price)
            SELECT suppliers.id, products.id, internal_sku, 'A', 5 FROM suppliers, products
        """)
        conn.execute("ALTER TABLE supplier_items ENABLE TRIGGER USER")
    done = system.run("doctor", **environment)
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if " aggregates: " in line]
    assert line.startswith("wrong aggregates: 2 products have other prices than their items (P-1 ")
    (command,) = re.findall("`(SELECT .+)`", line)
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        conn.execute(command)
    assert "ok    aggregates: " in run(system, environment, "doctor")


def test_doctor_finds_products_that_no_worker_refreshes(
    system: System, environment: Environment
) -> None:
    request = "INSERT INTO aggregate_refreshes (supplier_id, updated_at)"
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        conn.execute(f"{request} VALUES (gen_random_uuid(), now())".encode())
    waiting = "aggregates: products of 1 suppliers are still to be refreshed"
    assert f"note  {waiting} by the worker." in run(system, environment, "doctor")
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        conn.execute("DELETE FROM aggregate_refreshes")
        conn.execute(f"{request} VALUES (gen_random_uuid(), now() - interval '2 min')".encode())
    done = system.run("doctor", **environment)
    assert done.returncode == 1
    assert f"wrong {waiting}, and no worker has done so for a minute" in done.stdout
