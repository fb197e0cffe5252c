"""What needs a role today."""

import re

from console.conftest import Client, LogInAs
from console.fragments import show
from match_fixtures import examine, pair
from pricebook.db.database import Connection, Database

BAND = re.compile(r"<dt>([^<]*)</dt><dd class=\"number-fact\">([^<]*)</dd>")


async def test_procurement_sees_unmatched_items_by_their_best_candidate(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await log_in_as("procurement")
    assert BAND.findall(await show(client, "/console")) == []
    await pair(conn)
    await examine(database)
    text = await show(client, "/console")
    counts = dict(BAND.findall(text))
    assert set(counts) == {"certain match", "likely match", "possible match", "no suggestion"}
    assert sorted(counts.values()) == ["0", "0", "0", "1"]


async def test_fragment_of_an_unknown_path_is_a_toast(client: Client) -> None:
    response = await client.get("/console/nowhere", headers={"HX-Request": "true"})
    assert (response.status_code, response.headers["hx-retarget"]) == (404, "#toasts")
    assert "No resource is at /console/nowhere." in response.text
