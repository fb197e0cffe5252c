"""What commands say about a database that is missing, empty, outdated or too old."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from network_proxy import proxy_to
from pricebook.db import migrations
from running_system import System

Environment = dict[str, str]
SECRET = "0123456789ab" * 4
COMMANDS = [["migrate"], ["migrate", "--check"], ["users", "list"], ["serve"], ["worker"]]


@pytest.fixture
def environment(database_url: str, redis_url: str) -> Environment:
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "JWT_SECRET": SECRET}


@pytest.fixture
async def old_server_url(database_url: str) -> AsyncIterator[str]:
    """The address of a proxy that reports the version of the server as 15."""
    async with proxy_to(database_url, _as_version_15) as (_, url):
        yield url


def _as_version_15(sent: bytes) -> bytes:
    return re.sub(rb"(server_version\0)\d\d", rb"\g<1>15", sent)


@pytest.mark.parametrize("words", [*COMMANDS, ["schema"], ["doctor"]])
async def test_old_server_is_refused_by_every_command(
    system: System, environment: Environment, old_server_url: str, words: list[str]
) -> None:
    settings = environment | {"DATABASE_URL": old_server_url, "PORT": str(system.port)}
    done = await asyncio.to_thread(system.run, *words, **settings)
    assert done.returncode == 1
    assert "is PostgreSQL 15, and Pricebook needs version 16 or newer: " in (
        done.stdout if words == ["doctor"] else done.stderr
    )
    assert (words == ["doctor"]) == (done.stderr == "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", COMMANDS)
def test_missing_database_is_named_with_what_to_do(
    system: System, environment: Environment, words: list[str]
) -> None:
    missing = make_conninfo(environment["DATABASE_URL"], dbname="prices_2027")
    settings = environment | {"DATABASE_URL": missing, "PORT": str(system.port)}
    done = system.run(*words, **settings)
    assert (done.returncode, done.stderr) == (
        1,
        (
            "pricebook: The database prices_2027 does not exist: create it"
            " (`createdb prices_2027`), then run `pricebook migrate`.\n"
        ),
    )


def test_reason_of_a_failed_connection_is_named(system: System, environment: Environment) -> None:
    closed = environment | {"DATABASE_URL": "postgresql://127.0.0.1:1/pricebook"}
    done = system.run("users", "list", **closed)
    assert done.returncode == 1
    assert done.stderr == (
        "pricebook: The database cannot be reached (Connection refused): start it, or correct"
        " DATABASE_URL.\n"
    )


def test_doctor_says_what_to_do_without_a_database(
    system: System, environment: Environment
) -> None:
    missing = make_conninfo(environment["DATABASE_URL"], dbname="prices_2027")
    done = system.run("doctor", **(environment | {"DATABASE_URL": missing}))
    assert (done.returncode, done.stderr) == (1, "")
    wrong = [line for line in done.stdout.splitlines() if line.startswith("wrong")]
    assert wrong == [
        (
            "wrong PostgreSQL: The database prices_2027 does not exist: create it"
            " (`createdb prices_2027`), then run `pricebook migrate`."
        )
    ]
    assert "note  migrations, rights: not checked without PostgreSQL.\n" in done.stdout
    assert "ok    Redis: " in done.stdout


def test_doctor_says_what_to_do_with_an_empty_database(
    system: System, environment: Environment, new_database: Callable[..., str]
) -> None:
    empty = new_database(template="template1")
    done = system.run("doctor", **(environment | {"DATABASE_URL": empty}))
    assert (done.returncode, done.stderr) == (1, "")
    wrong = [line for line in done.stdout.splitlines() if line.startswith("wrong")]
    assert wrong == [
        (
            "wrong migrations: The database is at migration none, this program needs"
            f" {migrations.head()}: run `pricebook migrate`."
        )
    ]
    unchecked = (
        "schema, aggregates, tasks, lists, quarantine, credentials, notices, webhooks, rates"
    )
    assert f"note  {unchecked}: not checked without migrations." in done.stdout


def test_check_finds_pending_migrations_and_changes_nothing(
    system: System, environment: Environment
) -> None:
    head = migrations.head()
    current = system.run("migrate", "--check", **environment)
    assert (current.returncode, current.stdout) == (0, f"The database is at migration {head}.\n")
    assert system.run("migrate", "--down-to", "0026", **environment).returncode == 0
    for _ in range(2):
        pending = system.run("migrate", "--check", **environment)
        assert (pending.returncode, pending.stdout) == (1, "")
        assert pending.stderr == (
            f"pricebook: The database is at migration 0026, this program needs {head}:"
            " run `pricebook migrate`.\n"
        )
    with psycopg.connect(environment["DATABASE_URL"]) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    newer = system.run("migrate", "--check", **environment)
    assert newer.returncode == 1
    assert newer.stderr.endswith(f"this program needs {head}: use the newer release.\n")
    both = system.run("migrate", "--check", "--down-to", "base", **environment)
    assert (both.returncode, "either --check or --down-to" in both.stderr) == (2, True)
