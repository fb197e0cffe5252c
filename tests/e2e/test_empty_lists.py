"""A list in which nothing was found is one sentence on stderr for people, none for programs."""

import json
import shlex

import psycopg
import pytest

from pricebook.cli.main import app
from pricebook.embedded import Endpoints

EMPTY = {
    "audit": "No change was found.",
    "events": "No event was found: the feed ends at position 0.",
    "keys list": "No key was found.",
    "matches list": "No item was found.",
    "matches batches list": "No batch was found.",
    "matches runs": "No run was found.",
    "matches log": "No decision was found.",
    "matches clusters": "No cluster was found.",
    "notices list": "No user who receives notices was found.",
    "prices changes": "No price change was found: the last 7 days were searched; --since DAY begins"
    " earlier.",
    "prices suppliers --since 2026-01-01": "No price change was found.",
    "batches list": "No batch was found.",
    "products list": "No product was found.",
    "quarantine list": "No quarantined row was found.",
    "rates list": "No rate was found.",
    "rules list": "No pricing rule was found.",
    "suppliers list": "No supplier was found.",
    "tasks list --state held": "No task was found.",
    "users list": "No user was found.",
    "webhooks list": "No webhook was found.",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, database_url: str, endpoints: Endpoints) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", endpoints.redis_url)


def run(command: str) -> None:
    """Run a command in this process."""
    function, bound, _ = app.parse_args(shlex.split(command))
    function(*bound.args, **bound.kwargs)


@pytest.mark.parametrize("command", EMPTY)
def test_empty_list_is_a_sentence_for_people_only(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    run(command)
    assert tuple(capsys.readouterr()) == ("", f"{EMPTY[command]}\n")
    run(f"{command} --json")
    found = capsys.readouterr()
    assert isinstance(json.loads(found.out), (dict, list))
    assert found.err == ""


def test_page_after_the_last_one_is_no_empty_list(
    capsys: pytest.CaptureFixture[str], database_url: str
) -> None:
    with psycopg.connect(database_url) as conn:
        conn.execute("INSERT INTO suppliers (name, source_type) VALUES ('A', 'csv'), ('B', 'csv')")
    run("suppliers list --page 2")
    assert tuple(capsys.readouterr()) == ("", "This page is after the last one of 2 suppliers.\n")
