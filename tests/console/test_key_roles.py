"""What the role of a key may do, in words, where keys are listed, created and shown."""

import re
from typing import get_args

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.auth.schemas import Role
from pricebook.console.page_texts import load_texts
from pricebook.db.database import Connection

PATH = "/console/administration/keys"


async def test_what_a_role_may_do_is_named(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    t = load_texts()
    key_id = await builders.api_key(conn, "ERP", "procurement")
    texts = {role: (t(f"keys.reads.{role}"), t(f"keys.changes.{role}")) for role in get_args(Role)}
    for path in (PATH, f"{PATH}/new"):
        page = await show_text(client, path)
        assert all(each in page for both in texts.values() for each in both), path
    page = await show_text(client, f"{PATH}/{key_id}")
    assert all(each in page for each in texts["procurement"])
    assert texts["sales"][1] not in page
    await conn.execute("UPDATE api_keys SET read_only = true")
    page = await show_text(client, f"{PATH}/{key_id}")
    assert texts["procurement"][0] in page
    assert texts["procurement"][1] not in page
    assert re.search(r"Changes</dt><dd>nothing", page)
