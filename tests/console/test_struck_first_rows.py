"""Struck-out cells are struck out in the first rows of a preview, so that its question is clear."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from preview_fixtures import Previews, previews
from pricebook.db.database import Connection
from pricelists.workbooks import xlsx_with_struck
from worker_fixtures import (
    RunningWorker,
    queue,
    running_worker,
    settings,
    worker_database,
    worker_settings,
)

__all__ = [
    "previews",
    "queue",
    "running_worker",
    "settings",
    "worker_database",
    "worker_settings",
]

HEADER = ["Article code", "Name", "Price"]
ARTICLES: list[list[Any]] = [["A-1", "Lamp", 5.5], ["A-2", "Cable", 7.25], ["A-3", "Plug", 8.5]]
STRUCK = r'<td[^>]*><s>([^<]+)</s><span class="hidden"> \(struck out\)</span></td>'


ReadPage = Callable[[bytes], Awaitable[str]]


@pytest.fixture
def read_page(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    previews: Previews,
    running_worker: RunningWorker,
) -> ReadPage:
    """Return a function that previews a price list and returns the text of its page."""

    async def read(content: bytes) -> str:
        await log_in_as("procurement")
        async with running_worker():
            preview_id = await previews.upload(await builders.supplier(conn), content)
            await previews.read(preview_id)
        return await show_text(client, f"/console/imports/previews/{preview_id}")

    return read


@pytest.mark.parametrize(
    ("rows", "struck", "shown"),
    [
        ([HEADER, *ARTICLES], {(2, 0), (2, 1)}, ["A-2", "Cable"]),
        # The price that does not count is empty as it is read, and shown as the sheet has it.
        (
            [[*HEADER, "Old price"], ["A-1", "Lamp", 5.5, 6.5], ["A-2", "Saw", 7, 8]],
            {(1, 3)},
            ["6.5"],
        ),
        # A list that is refused has its first rows as they are.
        ([["Code", "Name", "Price A", "Price B"], ["A-1", "Lamp", 1, 2]], {(1, 1)}, ["Lamp"]),
        ([HEADER, *ARTICLES], set[tuple[int, int]](), []),
    ],
)
async def test_struck_out_cells_of_first_rows_are_shown_struck_out(
    read_page: ReadPage, rows: list[list[Any]], struck: set[tuple[int, int]], shown: list[str]
) -> None:
    text = await read_page(xlsx_with_struck(rows, struck))
    assert re.findall(STRUCK, text) == shown
