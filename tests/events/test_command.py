"""The command `events`."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from pricebook.db.database import Connection, Database
from pricebook.embedded import Endpoints
from pricebook.events import service
from running_system import System

Events = Callable[..., CompletedProcess[str]]
COUNT = 60


@pytest.fixture
def urls(database_url: str, endpoints: Endpoints) -> dict[str, str]:
    return {"DATABASE_URL": database_url, "REDIS_URL": endpoints.redis_url}


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    system = System(tmp_path)
    yield system
    system.close()


@pytest.fixture
def events(system: System, urls: dict[str, str]) -> Events:
    """Run `pricebook events …` with the servers of the tests."""
    return lambda *words: system.run("events", *words, **urls)


@pytest.fixture
async def happened(conn: Connection, database: Database) -> None:
    """Insert COUNT events, of which every tenth is the undo of an import."""
    await conn.execute(
        """
        INSERT INTO events (type, data)
        SELECT CASE WHEN n %% 10 = 0 THEN 'import.undone' ELSE 'product.updated' END,
            jsonb_build_object('name', 'Hammer ' || n)
        FROM generate_series(1, %s) AS n ORDER BY n
        """,
        [COUNT],
    )
    await service.place_events(database)


@pytest.mark.usefixtures("happened")
async def test_newest_events_are_listed_by_default(events: Events) -> None:
    *lines, last, hint = events("--limit", "3").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["58", "59", "60"]
    assert last == "3 newest events up to 60."
    assert hint == "From the oldest on: --after 0"
    *lines, _, _ = events("--type", "import.undone", "--limit", "2").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["50", "60"]
    page = json.loads(events("--json").stdout)
    assert [each["position"] for each in page["data"]] == list(range(11, 61))
    assert (page["next_after"], page["last_position"]) == (60, 60)


@pytest.mark.usefixtures("happened")
async def test_feed_is_read_from_a_position(events: Events) -> None:
    *lines, last, hint = events("--after", "0", "--limit", "2").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2"]
    assert last == "2 events up to 60."
    assert hint == "Next page: --after 2"
    *lines, last = events("--after", "58").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["59", "60"]


@pytest.mark.usefixtures("happened")
async def test_further_events_are_followed(
    system: System, urls: dict[str, str], conn: Connection, database: Database
) -> None:
    process = system.start("events", "--follow", "--json", "--limit", "1", **urls)
    assert process.stdout
    assert json.loads(process.stdout.readline())["position"] == COUNT
    await conn.execute("INSERT INTO events (type, data) VALUES ('product.updated', '{}')")
    await service.place_events(database)
    assert json.loads(process.stdout.readline())["position"] == COUNT + 1


def test_help_names_both_orders(events: Events) -> None:
    text = " ".join(events("--help").stdout.replace("│", " ").split())
    assert "List the newest events" in text
    assert "0 begins with the oldest event" in text
