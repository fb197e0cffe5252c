"""Imports: the list and its polls, one import, decisions about it, its undo."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

import builders
from console.conftest import HTML, Client, LogInAs, send
from console.fragments import follow, plain_times, post_fragment, show, show_text
from console.test_page_roles import allowed, app_of, page_routes, targets
from import_fixtures import rows
from merge_fixtures import MergeRows, item_row, item_rows, merge_rows
from pricebook.auth.schemas import Role
from pricebook.db.database import Connection, Database
from pricebook.imports.safety_thresholds import SafetyThresholds
from pricebook.undo import service as undo

__all__ = ["merge_rows"]

PATH = "/console/imports"
HELD: dict[str, Any] = {
    "state": "held",
    "count_changed": 9,
    "errors": '["9 of 9 prices change."]',
    "held_reasons": '["9 of 9 prices change."]',
}
STATES = "SELECT state::text, decided_by, decision_reason FROM ingestion_tasks"


async def quarantined_task(merge_rows: MergeRows, count: int = 2) -> UUID:
    """Import sixty articles, then the first ones at a hundred times their prices."""
    await merge_rows(item_rows(60))
    wrong = [*item_rows(count, "1000"), *item_rows(60)[count:]]
    return (await merge_rows(wrong, safety_thresholds=SafetyThresholds())).task_id


async def poll_of(client: Client) -> str:
    (address,) = re.findall(r'id="imports-poll" hx-get="([^"]+)"', await show(client, PATH))
    return address


async def test_empty_list_says_what_to_do_first(client: Client, log_in_as: LogInAs) -> None:
    await log_in_as("procurement")
    text = await show_text(client, PATH)
    assert "Nothing was imported yet" in text
    assert "First add a supplier" in text


async def test_list_has_states_in_words_counts_and_filters(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    acme, other = [await builders.supplier(conn, name) for name in ("ACME", "Other")]
    await builders.import_task(conn, acme, count_new=1200, count_rejected=3)
    await builders.import_task(conn, other, supplier_name="Other <b>", **HELD)
    text = await show(client, PATH)
    assert "Other &lt;b&gt;" in text
    assert "1,200" in text
    assert "<strong>needs a decision</strong>" in text
    assert 'hx-trigger="every 2s"' not in text
    decisions = await show_text(client, f"{PATH}?state=decision")
    assert "Other <b>" in decisions
    assert "prices.csv" in decisions
    assert ">ACME</a>" not in decisions
    assert ">ACME</a>" in await show_text(client, f"{PATH}?supplier_id={acme}")
    assert "No import matches" in await show_text(client, f"{PATH}?state=dead")
    refused = await client.get(f"{PATH}?state=lost", headers=HTML)
    assert refused.status_code == 400


async def test_imports_with_open_quarantined_rows_need_a_decision(
    client: Client, log_in_as: LogInAs, merge_rows: MergeRows
) -> None:
    task_id = await quarantined_task(merge_rows)
    await log_in_as("procurement")
    text = await show_text(client, f"{PATH}?state=decision")
    assert re.findall(r'<tr id="import-([^"]+)"', text) == [str(task_id)]
    assert "2 prices to decide" in text


async def test_list_is_paged_by_cursors(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await builders.supplier(conn)
    ids = [str(await builders.import_task(conn, supplier_id)) for _ in range(60)]
    seen: list[str] = []
    address: str | None = PATH
    while address:
        text = await show_text(client, address)
        seen += re.findall(r'<tr id="import-([^"]+)"', text)
        address = next(iter(re.findall(r'rel="next" href="([^"]+)"', text)), None)
    assert sorted(seen) == sorted(ids)


async def test_poll_returns_only_the_lines_that_went_on(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    supplier_id = await builders.supplier(conn)
    running: dict[str, Any] = {"state": "running", "completed_at": None, "stage": "reading"}
    first = await builders.import_task(conn, supplier_id, rows_read=5, rows_total=10, **running)
    await builders.import_task(conn, supplier_id, state="queued", completed_at=None)
    address = await poll_of(client)
    assert (await client.get(address, headers={"HX-Request": "true"})).status_code == 204
    await conn.execute("UPDATE ingestion_tasks SET rows_read = 7 WHERE id = %s", [first])
    went_on = await client.get(address, headers={"HX-Request": "true"})
    assert re.findall(r'<tr id="import-([^"]+)" hx-swap-oob', went_on.text) == [str(first)]
    assert "7 of 10 rows" in went_on.text
    assert "imports-said" not in went_on.text
    await conn.execute("UPDATE ingestion_tasks SET state = 'dead', completed_at = now()")
    ended = await client.get(address, headers={"HX-Request": "true"})
    assert ended.text.count('hx-swap-oob="true"') == 2
    assert ended.text.count("ACME: given up.") == 2
    assert "every 2s" not in ended.text


async def test_running_import_is_followed_until_it_has_ended(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    supplier_id = await builders.supplier(conn)
    running: dict[str, Any] = {"state": "running", "completed_at": None, "stage": "reading"}
    task_id = await builders.import_task(conn, supplier_id, **running)
    text = await show_text(client, f"{PATH}/{task_id}")
    assert "The price list is being read." in text
    assert "/cancel" not in text  # procurement may not
    (address,) = re.findall(r'hx-get="([^"]+/progress[^"]+)"', text)
    assert (await client.get(address, headers={"HX-Request": "true"})).status_code == 204
    await conn.execute("UPDATE ingestion_tasks SET stage = 'merging', rows_read = 9")
    went_on = await client.get(address, headers={"HX-Request": "true"})
    assert 'id="import-said" hx-swap-oob="innerHTML">The rows are being compared' in went_on.text
    assert "hx-retarget" not in went_on.headers
    await conn.execute(
        "UPDATE ingestion_tasks SET state = 'succeeded', completed_at = now(), count_new = 9"
    )
    ended = await client.get(address, headers={"HX-Request": "true"})
    assert ended.headers["hx-retarget"] == "#import"
    assert "9 new" in ended.text
    assert "every 1s" not in ended.text


@pytest.mark.parametrize("role", ["procurement", "admin"])
async def test_each_state_offers_only_what_the_role_may_do(
    client: Client, log_in_as: LogInAs, conn: Connection, role: Role
) -> None:
    await log_in_as(role)
    supplier_id = await builders.supplier(conn)
    upload = {"source_config": '{"file_path": "uploaded/x"}'}
    states: list[dict[str, Any]] = [
        HELD,
        {"state": "queued", "completed_at": None},
        {"state": "running", "completed_at": None},
        {"state": "failed", **upload},
        {"state": "dead"},
        {"state": "succeeded", "keeps_changes": True},
        {"state": "refused", "decided_by": "eva", "decided_at": "2026-01-02"},
    ]
    offered: set[str] = set()
    routes = list(page_routes(app_of(client)))
    for fields in states:
        task_id = await builders.import_task(conn, supplier_id, **fields)
        for method, target in targets(await show(client, f"{PATH}/{task_id}")):
            matching = [
                opt
                for known, path, opt in routes
                if known == method and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", path), target)
            ]
            assert "/assets/" in target or matching, (method, target)
            assert all(allowed(opt, role) for opt in matching), (method, target)
            offered.add(target.rpartition("/")[2])
    actions = {"apply", "refuse", "cancel", "retry", "undo", "file"}
    assert offered & actions == (actions if role == "admin" else set())


async def test_held_list_is_applied_once(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    supplier_id = await builders.supplier(conn)
    task_id = await builders.import_task(conn, supplier_id, **HELD)
    text = await show_text(client, f"{PATH}/{task_id}")
    assert "9 of 9 prices change." in text
    assert "A price list of this supplier has waited for a decision since 2026-01-02 00:00." in text
    await conn.execute("UPDATE ingestion_tasks SET keeps_thresholds = true")
    changed = "Prices of this supplier changed since: it is compared again"
    assert changed not in await show_text(client, f"{PATH}/{task_id}")
    await conn.execute("UPDATE ingestion_tasks SET apply_requested_at = now()")
    assert changed in await show_text(client, f"{PATH}/{task_id}")
    text = await follow(client, await send(client, f"{PATH}/{task_id}/apply"))
    assert f"It is being applied, as {name} decided." in text
    await log_in_as("admin")
    for action in ("apply", "refuse"):
        text = await follow(client, await send(client, f"{PATH}/{task_id}/{action}"))
        assert "Somebody else decided meanwhile; nothing was done now." in text
        assert f"Applied by {name}" in text
    assert await rows(conn, STATES) == [("held", name, None)]


async def test_held_list_is_refused_with_a_reason_that_stays_visible(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    supplier_id = await builders.supplier(conn)
    task_id = await builders.import_task(conn, supplier_id, **HELD)
    path = f"{PATH}/{task_id}/refuse"
    too_long = await send(client, path, reason="x" * 1001)
    assert too_long.status_code == 400
    assert "x" * 1001 in too_long.text
    assert await rows(conn, STATES) == [("held", None, None)]
    text = await follow(client, await send(client, path, reason="Wrong <year>"))
    assert f"The price list was refused by {name}" in text
    assert text.count("Wrong <year>") == 1
    assert "It was held: 9 of 9 prices change." in text
    text = await follow(client, await send(client, path, reason="Again"))
    assert "Somebody else decided meanwhile" in text
    assert await rows(conn, STATES) == [("refused", name, "Wrong <year>")]


async def test_failed_task_is_tried_again_and_a_waiting_one_cancelled(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    supplier_id = await builders.supplier(conn)
    task_id = await builders.import_task(conn, supplier_id, state="failed", errors='["No header."]')
    path = f"{PATH}/{task_id}"
    assert "No header." in await show_text(client, path)
    assert "It waits for a worker." in await follow(client, await send(client, f"{path}/retry"))
    text = await follow(client, await send(client, f"{path}/retry"))
    assert "Somebody else decided meanwhile" in text
    text = await follow(client, await send(client, f"{path}/cancel"))
    assert f"It was cancelled by {name}" in text
    await builders.import_task(conn, supplier_id)
    text = await follow(client, await send(client, f"{path}/retry"))
    assert "It cannot be tried again: a later price list" in text


async def test_file_that_is_not_kept_is_named(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    task_id = await builders.import_task(conn, await builders.supplier(conn))
    response = await client.get(f"{PATH}/{task_id}/file", headers=HTML, follow_redirects=False)
    assert "The file is no longer kept" in await follow(client, response)
    missing = await client.get(f"{PATH}/{uuid4()}/file", headers=HTML)
    assert missing.status_code == 404


async def test_price_changes_of_an_import_are_the_largest_first(
    client: Client, log_in_as: LogInAs, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(60))
    changed = [item_row(f"A{each}", f"{10 + each / 10:.2f}") for each in range(1, 60)]
    task_id = (await merge_rows([*changed, item_row("A61")])).task_id
    await log_in_as("procurement")
    text = await show_text(client, f"{PATH}/{task_id}")
    assert "1 new" in text
    assert "59 changed" in text
    assert "1 absent" in text
    assert re.findall(r"<td class=\"number\">([+-][\d.,]+)</td>", text) == [
        f"+{each:.2f}" for each in range(59, 49, -1)
    ]
    percents: list[str] = []
    address: str | None = f"{PATH}/{task_id}/changes"
    while address:
        text = await show_text(client, address)
        percents += re.findall(r"<td class=\"number\">([+-][\d.,]+)</td>", text)
        address = next(iter(re.findall(r'rel="next" href="([^"]+)"', text)), None)
    assert percents == [f"+{each:.2f}" for each in range(59, 0, -1)]
    for what, code in (("new", "A61"), ("absent", "A60")):
        text = await show_text(client, f"{PATH}/{task_id}/items?what={what}")
        assert re.findall(r'<td class="wide code">([^<]+)</td>', text) == [code]


async def test_quarantined_rows_are_decided_singly_marked_and_all(
    client: Client, log_in_as: LogInAs, conn: Connection, merge_rows: MergeRows
) -> None:
    task_id = await quarantined_task(merge_rows, 4)
    name = await log_in_as("procurement")
    path = f"{PATH}/{task_id}"
    text = await show_text(client, path)
    assert "4 prices wait for a decision" in text
    assert text.count("× 100") == 4
    ids = re.findall(r'name="row" value="([^"]+)"', text)
    one = await post_fragment(client, f"{path}/quarantined/accept", one=ids[0])
    assert "1 price was accepted." in one.text
    assert "3 prices wait" in one.text
    none = await post_fragment(client, f"{path}/quarantined/refuse")
    assert "Nothing is marked." in none.text
    marked = await post_fragment(client, f"{path}/quarantined/refuse", row=ids[1])
    assert "1 price was refused." in marked.text
    again = await post_fragment(client, f"{path}/quarantined/refuse", row=ids[:2])
    assert "2 were left:" in again.text
    assert f"The row was refused by {name} before." in again.text
    outdated = await post_fragment(client, f"{path}/quarantined/accept", count=4)
    assert outdated.status_code == 409
    assert "2 rows are open, not 4" in outdated.text
    page = await send(client, f"{path}/quarantined/accept", count=2)  # without scripts
    assert "2 prices were accepted." in page.text
    assert "<!DOCTYPE html>" in page.text
    states = "SELECT state::text, decided_by FROM quarantined_rows ORDER BY 1"
    assert await rows(conn, states) == [("accepted", name)] * 3 + [("refused", name)]
    assert text.count(name) < (await show_text(client, path)).count(name)


async def test_undo_is_previewed_requested_once_and_linked_both_ways(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, merge_rows: MergeRows
) -> None:
    await merge_rows(item_rows(3))
    task_id = (await merge_rows([item_row("A1", "11.00"), item_row("A2"), item_row("A4")])).task_id
    await conn.execute("UPDATE supplier_items SET name = 'Other' WHERE supplier_sku = 'A3'")
    await log_in_as("admin")
    path = f"{PATH}/{task_id}"
    text = await show_text(client, f"{path}/undo")
    assert "1 item as before · 1 new item deleted · 1 left as it is" in text
    assert "1 of 3 would stay, with what this import set" in text
    assert "The item was changed after the import." in text
    first = await send(client, f"{path}/undo")
    assert "It waits for a worker." in await follow(client, first)
    second = await send(client, f"{path}/undo")
    assert second.headers["location"] == first.headers["location"]
    await conn.execute("DELETE FROM ingestion_tasks WHERE undo_of IS NOT NULL")
    done = await undo.undo_inline(database, task_id, "eva", 10)
    text = await show_text(client, f"{PATH}/{done.id}")
    assert "2 of 3 undone; 1 stays as it is" in text
    assert f'href="{PATH}/new?supplier_id={done.supplier_id}"' in text
    assert "The item was changed after the import." in text
    assert f'href="{path}"' in text
    text = await show_text(client, path)
    assert f'href="{PATH}/{done.id}"' in text
    assert "taken back" in text
    refused = await client.get(f"{path}/undo", headers=HTML)
    assert refused.status_code == 409
    assert "was already undone by task" in refused.text


async def test_reason_of_the_last_attempt_is_shown_while_it_waits_and_after_it_was_cancelled(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    name = await log_in_as("admin")
    waiting = {"state": "queued", "completed_at": None, "retry_count": 2, "max_retries": 5}
    task_id = await builders.import_task(
        conn,
        await builders.supplier(conn),
        **waiting,
        next_attempt_at="2031-02-03 04:05:06Z",
        errors='["The host acme.example has no address in DNS."]',
    )
    path = f"{PATH}/{task_id}"
    reason = "The last attempt failed: The host acme.example has no address in DNS."
    poll = {"HX-Request": "true"}
    for text in (
        await show_text(client, path),
        (await client.get(f"{path}/progress?seen=0", headers=poll)).text,
    ):
        assert f"{reason} The next one begins at 2031-02-03 04:05:06 UTC.</strong>" in plain_times(
            text
        )
        assert text.count("The next one begins") == 1
    version = re.findall(r"progress\?seen=(\w+)", await show(client, path))[0]
    await conn.execute("UPDATE ingestion_tasks SET errors = '[\"It is gone.\"]'")
    renewed = await client.get(f"{path}/progress?seen={version}", headers=poll)
    assert "The last attempt failed: It is gone." in renewed.text
    text = await follow(client, await send(client, f"{path}/cancel"))
    assert f"It was cancelled by {name}" in text
    assert "The last attempt failed: It is gone." in text
    assert f"Cancelled by {name}." not in text
    held = await builders.import_task(conn, await builders.supplier(conn), **HELD)
    text = await follow(client, await send(client, f"{PATH}/{held}/cancel"))
    assert text.count("It was held: 9 of 9 prices change.") == 1


@pytest.mark.parametrize(
    ("state", "word"),
    [("partially_succeeded", "imported in part"), ("dead", "given up"), ("queued", "waits")],
)
async def test_state_of_an_import_has_the_same_word_on_all_pages(
    client: Client, log_in_as: LogInAs, conn: Connection, state: str, word: str
) -> None:
    await log_in_as("admin")
    supplier_id = await builders.supplier(conn)
    await builders.import_task(conn, supplier_id, state=state)
    pages = [PATH, "/console/suppliers", f"/console/suppliers/{supplier_id}"]
    for path in [*pages, *(["/console"] if state == "dead" else [])]:
        cells = re.findall(r"<t?d[^>]*>.*?</t?d>", await show(client, path), re.DOTALL)
        assert any(re.search(rf">\s*{word}\b", each) for each in cells), path
