"""The match queue as a list: decisions about marked items, and about all of the filters."""

import re
from functools import partial
from html import unescape
from uuid import UUID, uuid4

import pytest
from httpx import Response

import builders
from console.conftest import HTML, Client, LogInAs, send
from console.fragments import batch_of, post_fragment, show
from match_fixtures import examine, linked_product, pair
from pricebook.console import match_list_pages, match_look
from pricebook.db.database import Connection, Database
from pricebook.db.row_types import fetch_value
from pricebook.matching import repository

PATH = "/console/matches/list"
LINKED = "SELECT count(product_id) FROM supplier_items"
ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
SAWS = ("DeWalt DW745 table saw 250 mm", "Bosch GBH drill 13 mm", "Makita planer 82 mm")


async def saws(conn: Connection, database: Database) -> UUID:
    """Insert three items with a candidate each; return their supplier."""
    supplier_id = await builders.supplier(conn, "Nordwerk")
    for name in SAWS:
        await builders.product(conn, name)
        await builders.item(conn, supplier_id, name=f"{name} on pallet")
    await examine(database)
    return supplier_id


def boxes(text: str) -> list[str]:
    return re.findall(r'name="pair" value="([^"]+)"', text)


async def post(client: Client, path: str, **fields: object) -> Response:
    return await post_fragment(client, f"{PATH}/{path}", **fields)


async def test_marked_items_are_accepted_and_come_back_by_undo(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id = await saws(conn, database)
    await log_in_as("procurement")
    text = await show(client, f"{PATH}?supplier_id={supplier_id}")
    assert "Accept all 3 likely and certain without objections" in text
    assert f'href="/console/matches?supplier_id={supplier_id}"' in text
    marked = boxes(text)
    accepted = await post(
        client, "decide", pair=marked[:2], action="accept", supplier_id=supplier_id
    )
    assert "2 linked." in accepted.text
    assert boxes(accepted.text) == marked[2:]
    assert accepted.headers["hx-replace-url"] == f"{PATH}?supplier_id={supplier_id}"
    assert await fetch_value(conn, LINKED) == 2
    undone = await post(client, "undo", batch_id=batch_of(accepted))
    assert "Taken back" in undone.text
    assert await fetch_value(conn, LINKED) == 0


TOASTS = '<div id="toasts" hx-swap-oob="innerHTML">'


async def test_the_outcome_and_its_undo_are_a_toast_and_the_marked_are_counted(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await saws(conn, database)
    await log_in_as("procurement")
    text = await show(client, PATH)
    assert TOASTS not in text
    assert "Mark all of this page" in text
    assert 'data-marked data-one="1 marked of this page" data-other="{n} marked of' in text
    accepted = await post(client, "decide", pair=boxes(text)[:2], action="accept")
    page, _, toast = accepted.text.partition(TOASTS)
    assert ">Undo" not in page
    assert 'data-key="u"' in toast
    assert "2 linked." in page
    assert re.search(
        r'2 linked\..*hx-post="/console/matches/list/undo".*data-close', toast, re.DOTALL
    )
    assert accepted.text.count('data-key="u"') == 1
    filtered = await client.get(PATH, headers={"HX-Request": "true"})
    assert filtered.text.partition(TOASTS)[2].split() == ["</div>"]


async def test_marked_items_are_rejected(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await saws(conn, database)
    await log_in_as("procurement")
    marked = boxes(await show(client, PATH))
    rejected = await post(client, "decide", pair=marked, action="reject")
    assert "3 pairs rejected: the items stay" in rejected.text
    await examine(database)
    left = boxes(await show(client, PATH))
    assert [box.partition(":")[2] for box in left] == ["", "", ""]  # without a candidate


async def test_items_without_candidates_are_dismissed(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await builders.item(conn, await builders.supplier(conn), name="Oddment")
    await examine(database)
    await log_in_as("procurement")
    text = await show(client, f"{PATH}?band=none")
    assert "No product resembles it" in text
    assert "Accept marked" not in text
    decided = await post(client, "decide", pair=boxes(text), action="reject", band="none")
    assert "No product fits: " in decided.text
    assert boxes(decided.text) == []


async def test_refused_ones_are_listed_with_their_reasons(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await saws(conn, database)
    await log_in_as("procurement")
    marked = boxes(await show(client, PATH))
    await post(client, "decide", pair=marked[:1], action="reject")
    other = await builders.product(conn, sku="OTHER-1")
    item_id = marked[0].partition(":")[0]
    await conn.execute("UPDATE supplier_items SET product_id = %s WHERE id = %s", [other, item_id])
    late = await post(client, "decide", pair=marked, action="accept")
    assert "1 not done, 2 linked." in late.text
    assert "The item is linked to OTHER-1 already." in late.text
    assert await linked_product(conn, UUID(item_id)) == other


async def test_nothing_marked_and_malformed_decisions_change_nothing(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    await saws(conn, database)
    await log_in_as("procurement")
    assert "Nothing is marked" in (await post(client, "decide", action="accept")).text
    for path, fields in (
        ("decide", {"pair": "x", "action": "accept"}),
        ("decide", {"pair": f"{uuid4()}:", "action": "accept"}),
        ("decide", {"pair": f"{uuid4()}:{uuid4()}", "action": "<b>"}),
        ("undo", {"batch_id": "<script>"}),
        ("all", {"count": "many"}),
        ("all", {"count": "3", "action": "unlink"}),
        ("all", {}),
    ):
        response = await post(client, path, **fields)
        assert response.status_code == 400, path
        assert "<script>" not in response.text
    assert await fetch_value(conn, LINKED) == 0


@pytest.mark.parametrize("action", ["accept", "reject"])
async def test_all_of_the_filters_are_decided_if_they_are_as_many_as_shown(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database, action: str
) -> None:
    supplier_id = await saws(conn, database)
    await log_in_as("procurement")
    text = await show(client, f"{PATH}?supplier_id={supplier_id}&search=pallet")
    (look,) = re.findall(rf'href="([^"]+/all[^"]*action={action})"', text)
    text = await show(client, unescape(look))
    assert f'href="{PATH}?supplier_id={supplier_id}&amp;search=pallet"' in text
    assert all(name in text for name in SAWS)
    fields = {"supplier_id": supplier_id, "search": "pallet", "action": action}
    late = await send(client, f"{PATH}/all", **fields, count="4")
    assert late.status_code == 409
    assert "3 items pass the filter, not 4" in late.text
    assert 'name="count" value="3"' in late.text
    done = await send(client, f"{PATH}/all", **fields, count="3")
    assert ("3 linked." if action == "accept" else "3 pairs rejected: the items stay") in done.text
    if action == "accept":
        assert "All items of Nordwerk are decided: 3 linked." in done.text
    else:
        assert "3 items" in done.text  # without a candidate
    assert await fetch_value(conn, LINKED) == (3 if action == "accept" else 0)
    undone = await post(client, "undo", batch_id=batch_of(done))
    assert "Taken back" in undone.text
    await examine(database)
    assert len(boxes(await show(client, PATH))) == 3


async def test_all_items_without_candidates_are_dismissed(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    for name in ("Oddment", "Remnant"):
        await builders.item(conn, await builders.supplier(conn), name=name)
    await examine(database)
    await log_in_as("procurement")
    text = await show(client, f"{PATH}/all?band=none&action=reject")
    assert "No product fits all 2" in text
    done = await send(client, f"{PATH}/all", band="none", action="reject", count="2")
    assert "2 without a product that fits." in done.text


async def test_too_many_are_not_offered_at_once(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await saws(conn, database)
    await log_in_as("procurement")
    monkeypatch.setattr(match_look, "MAX_FILTERED", 2)
    text = await show(client, f"{PATH}/all?action=accept")
    assert "More than 2 cannot be" in text
    assert 'name="count"' not in text


def hidden(text: str, name: str) -> str:
    (value,) = re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', text)
    return unescape(value)


async def send_step(client: Client, page: str, name: str, item: list[str]) -> Response:
    """Press a button of a look, with these items checked."""
    names = ("action", "cursor", "shown", "without", "count")
    fields = {each: hidden(page, each) for each in names}
    return await send(client, f"{PATH}/all", **fields, step=name, item=item)


async def test_rows_that_are_taken_out_on_any_page_are_not_decided(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await saws(conn, database)
    await log_in_as("procurement")
    monkeypatch.setattr(match_look, "SHOWN_PAIRS", 2)
    text = await show(client, f"{PATH}/all?action=accept")
    first = re.findall(r'name="item" value="([^"]+)" data-mark checked', text)
    assert len(first) == 2
    (following,) = re.findall(r'name="step" value="([^"]+)" data-key="n"', text)
    step = partial(send_step, client)
    second = (await step(text, following, first[1:])).text
    assert "Accept all 2" in second
    assert "1 was taken out" in second
    assert 'name="count" value="2"' in second
    (last,) = re.findall(r'name="item" value="([^"]+)" data-mark checked', second)
    again = (await step(second, "first", [last])).text
    assert re.findall(r'value="([^"]+)" data-mark>', again) == first[:1]
    back = (await step(again, "stay", first)).text
    assert "Accept all 3" in back
    done = await step(again, "decide", first[1:])
    assert "2 linked." in done.text
    assert await fetch_value(conn, LINKED) == 2
    assert await linked_product(conn, UUID(first[0])) is None
    late = await step(again, "decide", first[1:])
    assert late.status_code == 409
    assert "0 items pass the filter, not 2" in late.text


async def test_taking_out_is_bounded_and_checked(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await saws(conn, database)
    await log_in_as("procurement")
    text = await show(client, f"{PATH}/all?action=accept")
    monkeypatch.setattr(match_look, "MAX_WITHOUT", 2)
    many = await send_step(client, text, "decide", [])
    assert many.status_code == 400
    assert "At most 2 items can be taken out" in many.text
    fields = {"action": "accept", "count": "1", "without": "x"}
    assert (await send(client, f"{PATH}/all", **fields)).status_code == 400
    assert await fetch_value(conn, LINKED) == 0


async def test_many_are_counted_unless_they_are_found_by_words(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await saws(conn, database)
    await log_in_as("procurement")
    monkeypatch.setattr(repository, "COUNT_LIMIT", 2)
    monkeypatch.setattr(repository, "SEARCH_COUNT_LIMIT", 2)
    monkeypatch.setattr(match_look, "SEARCH_COUNT_LIMIT", 2)
    monkeypatch.setattr(match_look, "SHOWN_PAIRS", 2)
    counted = await show(client, f"{PATH}/all?action=accept")
    assert 'name="count" value="3"' in counted
    found = await show(client, f"{PATH}/all?action=accept&search=pallet")
    assert "More than 2 cannot be" in found
    assert 'name="count"' not in found


async def test_pages_follow_each_other_and_show_each_item_once(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await saws(conn, database)
    await log_in_as("procurement")
    monkeypatch.setattr(match_list_pages, "SHOWN_ITEMS", "2")
    text = await show(client, PATH)
    seen = boxes(text)
    (following,) = re.findall(r'rel="next" href="([^"]+)"', text)
    last = await show(client, unescape(following))
    assert len({*seen, *boxes(last)}) == 3
    assert f'href="{PATH}" data-key="g"' in last
    (cursor,) = re.findall(r'name="cursor" value="([^"]+)"', last)
    emptied = await post(
        client, "decide", pair=boxes(last), action="accept", cursor=unescape(cursor)
    )
    assert "That was the last page" in emptied.text


async def test_refused_filters_are_shown_beside_their_field(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await builders.supplier(conn)
    await log_in_as("procurement")
    response = await client.get(f"{PATH}?search={'x ' * 300}", headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert 'aria-invalid="true"' in response.text
    empty = await show(client, f"{PATH}?search=nowhere")
    assert "No item matches" in empty
    assert "Nothing is left to decide" in await show(client, PATH)


async def test_other_candidates_are_shown_and_accepted_in_their_row(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    supplier_id, best_id, item_id = await pair(conn)
    other_id = await builders.product(conn, "DeWalt DW745 blue table saw 250 mm")
    await examine(database)
    await log_in_as("procurement")
    view = f"supplier_id={supplier_id}&search=saw"
    text = await show(client, f"{PATH}?{view}")
    assert "<mark>table</mark>" in text
    (address,) = set(re.findall(r'(?:href|hx-get)="([^"]*/candidates[^"]*)"', text))
    page = await show(client, unescape(address))
    assert f'href="{PATH}?{view.replace("&", "&amp;")}#item-{item_id}"' in page
    assert f'id="item-{item_id}"' in text
    part = (await client.get(unescape(address), headers={"HX-Request": "true"})).text
    assert "<html" not in part
    others = re.findall(r'name="other" value="([^"]+)"', part)
    assert others in ([f"{item_id}:{best_id}"], [f"{item_id}:{other_id}"])
    assert others[0] not in boxes(text)
    done = await post(client, "decide", other=others[0], pair=boxes(text), search="saw")
    assert done.text.count('Linked. <span class="code">') == 2  # in the page and in the toast
    assert f"{item_id}:{await linked_product(conn, item_id)}" == others[0]
    gone = await client.get(unescape(address), headers=HTML)
    assert gone.status_code == 404


async def test_attack_strings_are_shown_as_text(
    client: Client, log_in_as: LogInAs, conn: Connection, database: Database
) -> None:
    name = f"DeWalt DW745 saw {ATTACK}"
    product_id = await builders.product(conn, name, sku=f"saw {ATTACK}")
    for number in range(2):
        supplier_id = await builders.supplier(conn, f"{number} {ATTACK}")
        await builders.item(conn, supplier_id, sku=f"1 {ATTACK}", name=f"{name} 250 mm")
        await builders.item(conn, supplier_id, name=f"Bosch GBH drill {ATTACK}")
    await examine(database)
    await log_in_as("procurement")
    for path, shown in (
        (PATH, 2),
        (f"{PATH}?search={ATTACK}&cursor={ATTACK}", 0),
        (f"{PATH}/all?action=accept", 2),
        ("/console/matches", 1),
        ("/console/matches/clusters", 1),
        (f"/console/products/{product_id}?link=GBH", 2),
    ):
        text = (await client.get(path, headers=HTML)).text
        assert text.count("alert(1)") >= shown, path
        assert "<script>alert" not in text, path
        assert "<img" not in text, path
