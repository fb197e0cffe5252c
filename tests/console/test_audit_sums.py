"""Above the audit log stands who did how many of what, for the filters of the page."""

import re
from uuid import uuid4

import pytest

from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.audit import sums
from pricebook.db.database import Connection

PATH = "/console/administration/audit"
ADD = """
    INSERT INTO audit_log (actor_type, actor_name, action, entity_type, batch_id)
    SELECT 'user', %s, %s, split_part(%s, '.', 1), %s FROM generate_series(1, %s)
"""


async def add(conn: Connection, actor: str, action: str, count: int, batch: object = None) -> None:
    await conn.execute(ADD, [actor, action, action, batch, count])


def sums_of(text: str) -> list[tuple[str, ...]]:
    """Return the rows of the table of sums as texts."""
    rows = re.findall(r'<tr class="sum">(.*?)</tr>', text, re.DOTALL)
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [tuple(re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in row) for row in cells]


async def test_sums_by_person_and_action_follow_the_filters(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await conn.execute("TRUNCATE audit_log")
    await add(conn, "anna", "item.linked", 7, uuid4())
    await add(conn, "anna", "item.linked", 2, uuid4())
    await add(conn, "anna", "product.updated", 3)
    await add(conn, "berta", "item.linked", 4)
    assert sums_of(await show_text(client, PATH)) == [
        ("anna", "Item linked", "9", "2"),
        ("berta", "Item linked", "4", "–"),
        ("anna", "Product changed", "3", "–"),
    ]
    text = await show_text(client, f"{PATH}?actor=anna&action=item.linked")
    assert sums_of(text) == [("anna", "Item linked", "9", "2")]
    assert "newest" not in text.split("Who did what")[1].split("</h2>")[0]


async def test_sums_are_of_the_newest_changes_where_there_are_more(
    client: Client, log_in_as: LogInAs, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "SUMMED", 5)
    await log_in_as("admin")
    await add(conn, "anna", "item.linked", 9)
    text = await show_text(client, f"{PATH}?actor=anna")
    assert sums_of(text) == [("anna", "Item linked", "5", "–")]
    assert "Who did what, of the newest 5 changes of each action" in text


async def test_many_entries_of_one_action_hide_no_other_one(
    client: Client, log_in_as: LogInAs, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "SUMMED", 5)
    await log_in_as("admin")
    await conn.execute("TRUNCATE audit_log")
    await add(conn, "anna", "task.applied", 3)
    await add(conn, "anna", "item.linked", 9)
    for query in ("", "?actor=anna", "?since=2020-01-01"):
        assert sums_of(await show_text(client, PATH + query)) == [
            ("anna", "Item linked", "5", "–"),
            ("anna", "Held price list applied", "3", "–"),
        ], query
