"""Categories: the tree with its counts, forms that keep what was typed, moves, merges, deletion."""

import re
from uuid import UUID, uuid4

import pytest

import builders
from console.conftest import Client, LogInAs, send
from console.fragments import follow, require_refusal, show, show_text
from pricebook.db.database import Connection
from pricebook.db.row_types import fetch_value

PATH = "/console/administration/categories"
LINE = re.compile(
    r'<span class="category-name">(.*?)</span><span class="category-count">(.*?)</span>'
    r'<span class="category-count">(.*?)</span>'
)


def lines(text: str) -> list[tuple[str, ...]]:
    """Return name, own products and products with those of subcategories of each shown line."""
    shown = [tuple(re.sub("<[^>]+>", "", cell) for cell in found) for found in LINE.findall(text)]
    return [line for line in shown if line[0] != "Category"]


async def seen(conn: Connection, category_id: UUID) -> str:
    statement = "SELECT updated_at FROM categories WHERE id = %s"
    return (await fetch_value(conn, statement, [category_id])).isoformat()


async def parent_of(conn: Connection, category_id: UUID) -> UUID | None:
    return await fetch_value(conn, "SELECT parent_id FROM categories WHERE id = %s", [category_id])


async def move(client: Client, conn: Connection, category_id: UUID, parent: object) -> str:
    before = await seen(conn, category_id)
    response = await send(client, f"{PATH}/{category_id}/move", parent_id=parent, before=before)
    return await follow(client, response)


async def test_tree_shows_own_products_and_those_of_subcategories(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    assert "There is no category yet" in await show_text(client, PATH)
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "<b>Saws</b>", tools)
    await builders.category(conn, "Paint")
    await builders.product(conn, category_id=tools)
    for status in ("active", "draft", "archived"):
        await builders.product(conn, status=status, category_id=saws)
    text = await show(client, PATH)
    assert lines(text) == [
        ("Paint", "0", "0"),
        ("Tools", "1", "4"),
        ("&lt;b&gt;Saws&lt;/b&gt;", "3", "3"),
    ]
    assert text.count("<ul>") == text.count("</ul>") == 2
    assert "draggable" not in text.replace('draggable="false"', "")


async def test_search_shows_paths_that_have_all_words(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("sales")
    tools = await builders.category(conn, "Tools")
    await builders.category(conn, "Saws", tools)
    await builders.category(conn, "Saws of tables")
    text = await show_text(client, f"{PATH}?search=SAW+tool")
    assert "1 category matches." in text
    assert "Tools › Saws" in text
    assert "tables" not in text


async def test_large_tree_is_closed_but_for_the_way_to_what_was_changed(
    client: Client, log_in_as: LogInAs, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pricebook.console.administration.category_pages.OPEN_UP_TO", 3)
    await log_in_as("procurement")
    tools, paint = await builders.category(conn, "Tools"), await builders.category(conn, "Paint")
    saws = await builders.category(conn, "Saws", tools)
    await builders.category(conn, "Brushes", paint)
    assert "<details open>" not in await show(client, PATH)
    text = await show(client, f"{PATH}?at={saws}")
    assert re.findall(r"<details open><summary><[^>]*>Categories below (\w+)", text) == ["Tools"]
    assert (await show(client, f"{PATH}?open=all")).count("<details open>") == 2
    assert "<details open>" not in await show(client, f"{PATH}?at=x")


async def test_category_is_created_renamed_and_moved(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    tools = await builders.category(conn, "Tools")
    response = await send(client, f"{PATH}/new", name=" Saws ", parent_id=tools)
    text = await follow(client, response)
    assert "The category was created." in text
    saws = await fetch_value(conn, "SELECT id FROM categories WHERE name = 'Saws'")
    assert response.headers["location"].endswith(f"#category-{saws}")
    assert await parent_of(conn, saws) == tools
    form = {"name": "Jigsaws", "parent_id": "", "before": await seen(conn, saws)}
    assert "The category was saved." in await follow(
        client, await send(client, f"{PATH}/{saws}", **form)
    )
    assert await fetch_value(conn, "SELECT name FROM categories WHERE id = %s", [saws]) == "Jigsaws"
    assert await parent_of(conn, saws) is None


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"name": " "}, ("name", "")),
        ({"name": "x" * 256}, ("name", "255")),
        ({"name": "Taken"}, ("name", "There is already a category Taken")),
        ({"parent_id": str(uuid4())}, ("parent_id", "there is no such category")),
    ],
)
async def test_refused_field_is_named_and_what_was_typed_is_kept(
    client: Client,
    log_in_as: LogInAs,
    conn: Connection,
    wrong: dict[str, str],
    refusal: tuple[str, str],
) -> None:
    field, issue = refusal
    await log_in_as("procurement")
    await builders.category(conn, "Taken")
    category_id = await builders.category(conn, "Saws")
    before = await seen(conn, category_id)
    for path, fields in ((f"{PATH}/new", {}), (f"{PATH}/{category_id}", {"before": before})):
        response = await send(
            client, path, **{"name": '"Saws"', "parent_id": "", **fields, **wrong}
        )
        require_refusal(response, field, issue)
        assert ('value="&#34;Saws&#34;"' in response.text) == ("name" not in wrong)
    assert await seen(conn, category_id) == before


async def test_second_of_two_people_sees_what_the_first_has_changed(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    category_id = await builders.category(conn, "Saws")
    path = f"{PATH}/{category_id}"
    before = await seen(conn, category_id)
    await send(client, path, name="First", parent_id="", before=before)
    late = await send(client, path, name="Second", parent_id="", before=before)
    assert late.status_code == 400
    assert "Somebody else changed this category meanwhile" in late.text
    assert "<h1>First</h1>" in late.text
    assert 'value="Second"' in late.text
    dragged = await send(client, f"{path}/move", parent_id="", before=before)
    assert dragged.status_code == 409
    assert "The category First was changed meanwhile." in dragged.text
    merged = await send(client, f"{path}/merge", into_id=uuid4(), before=before)
    assert merged.status_code == 409


async def test_dragged_category_moves_and_moves_back(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    tools, paint = await builders.category(conn, "Tools"), await builders.category(conn, "Paint")
    saws = await builders.category(conn, "Saws", tools)
    text = await move(client, conn, saws, paint)
    assert "The category was moved with its subcategories." in text
    assert await parent_of(conn, saws) == paint
    (parent,) = re.findall(r'name="parent_id" value="([^"]+)"', text)
    assert parent == str(tools)
    await move(client, conn, saws, parent)
    assert await parent_of(conn, saws) == tools
    text = await move(client, conn, saws, "")
    assert await parent_of(conn, saws) is None
    assert f'name="parent_id" value="{tools}"' in text
    assert 'name="parent_id" value=""' in await move(client, conn, saws, tools)


async def test_move_below_itself_or_beside_its_name_is_refused(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    await builders.category(conn, "Saws")
    for category_id, parent, status in ((tools, saws, 400), (saws, "", 409)):
        before = await seen(conn, category_id)
        fields = {"parent_id": parent, "before": before}
        response = await send(client, f"{PATH}/{category_id}/move", **fields)
        assert response.status_code == status
        assert "The category was not moved." in response.text
        assert await seen(conn, category_id) == before
    options = re.findall(r'<option value="([^"]*)"', await show(client, f"{PATH}/{tools}"))
    assert str(saws) not in options


async def test_merge_shows_its_numbers_and_is_carried_out(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    old, new = await builders.category(conn, "Old"), await builders.category(conn, "New")
    await builders.category(conn, "Saws", old)
    await builders.product(conn, category_id=old)
    await builders.pricing_rule(conn, "Of old", category_id=old)
    bolts = await builders.category(conn, "Bolts", new)
    for path in (f"{PATH}/{old}", f"{PATH}/{old}/merge"):
        text = await show_text(client, path)
        choices = re.findall(r'<select id="into_id".*?</select>', text, re.DOTALL)[0]
        options = re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)<', choices)
        named = [(str(bolts), "Bolts (New)"), (str(new), "New")]
        assert options == [("", "choose a category"), *named]
    await conn.execute("DELETE FROM categories WHERE id = %s", [bolts])
    text = await show_text(client, f"{PATH}/{old}/merge?into_id={new}")
    for sentence in (
        "From Old to New:",
        "1 product moves.",
        "1 subcategory moves with its products.",
        "1 pricing rule is about the other category then.",
    ):
        assert sentence in text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))
    assert await fetch_value(conn, "SELECT count(*) FROM categories") == 3
    text = await follow(client, await send(client, f"{PATH}/{old}/merge", **fields))
    assert "The categories were merged." in text
    assert lines(text) == [("New", "1", "1"), ("Saws", "0", "0")]


async def test_merge_that_is_refused_says_why(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    old, new = await builders.category(conn, "Old"), await builders.category(conn, "New")
    for parent_id in (old, new):
        await builders.category(conn, "Saws", parent_id)
    fields = {"into_id": new, "before": await seen(conn, old)}
    response = await send(client, f"{PATH}/{old}/merge", **fields)
    assert response.status_code == 409
    assert "Old and New both have a subcategory Saws" in response.text
    response = await send(client, f"{PATH}/{old}/merge", **{**fields, "into_id": "x"})
    assert response.status_code == 400
    assert await fetch_value(conn, "SELECT count(*) FROM categories") == 4


async def test_deletion_names_what_stays_and_what_is_deleted_with_it(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", tools)
    jigsaws = await builders.category(conn, "Jigsaws", saws)
    for _ in range(2):
        await builders.product(conn, category_id=saws)
    await builders.pricing_rule(conn, "Of saws", category_id=saws)
    text = await show_text(client, f"{PATH}/{saws}")
    for sentence in (
        "2 products stay, without a category.",
        "1 subcategory moves up, with its products.",
        "1 pricing rule of this category is deleted, too.",
    ):
        assert sentence in text
    text = await follow(client, await send(client, f"{PATH}/{saws}/delete"))
    assert "The category was deleted." in text
    assert await parent_of(conn, jigsaws) == tools
    assert await fetch_value(conn, "SELECT count(*) FROM products WHERE category_id IS NULL") == 2
    assert (await send(client, f"{PATH}/{saws}/delete")).status_code == 404


async def test_deep_tree_is_shown(client: Client, log_in_as: LogInAs, conn: Connection) -> None:
    await log_in_as("procurement")
    parent_id: UUID | None = None
    for number in range(1, 601):
        parent_id = await builders.category(conn, f"C{number}", parent_id)
    assert len(lines(await show(client, PATH))) == 600
    assert " › C600</dd>" in await show_text(client, f"{PATH}/{parent_id}")
