"""Counts of price lists that were not applied are labelled as what would have changed."""

import re

import pytest

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.db.database import Connection

PATH = "/console/imports"


@pytest.mark.parametrize(
    ("state", "label"),
    [
        ("succeeded", "Rows"),
        ("held", "What would change"),
        ("refused", "What would have changed"),
        ("failed", "What would have changed"),
    ],
)
async def test_counts_of_what_was_not_applied_are_labelled(
    client: Client, log_in_as: LogInAs, conn: Connection, state: str, label: str
) -> None:
    await log_in_as("admin")
    supplier_id = await builders.supplier(conn)
    task_id = await builders.import_task(conn, supplier_id, state=state, count_new=7)
    text = await show_text(client, f"{PATH}/{task_id}")
    assert re.search(rf'<dt>{label}</dt><dd class="import-counts">(<a[^>]*>)?7 new', text)
    for path in (PATH, f"/console/suppliers/{supplier_id}"):
        text = await show_text(client, path)
        is_applied = state == "succeeded"
        assert (">(7)<" in text) == (not is_applied), path
        assert (">7<" in text) == is_applied, path
        assert ("In brackets: what was not applied." in text) == (not is_applied), path
