"""Commands name categories by their paths; an error has the paths that may be meant."""

import pytest

import builders
from pricebook.cli.lookups import find_category_id
from pricebook.db.database import Connection, Database
from pricebook.errors import NotFoundError


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("saws", 'saws: write its whole path, "Garden > Saws" or "Tools > Saws".'),
        ("Tools>saws", 'Tools > saws: write its whole path, "Tools > Saws".'),
        ("aw", 'aw: write its whole path, "Garden > Saws" or "Tools > Saws".'),
        ("Nails", 'Nails: write a whole path that begins with "Garden" or "Tools".'),
    ],
)
async def test_unknown_category_is_answered_with_paths(
    conn: Connection, database: Database, path: str, sentence: str
) -> None:
    for root in ("Tools", "Garden"):
        await builders.category(conn, "Saws", parent_id=await builders.category(conn, root))
    with pytest.raises(NotFoundError) as refused:
        await find_category_id(database, path)
    assert refused.value.message == f"There is no category {sentence}"


async def test_many_paths_are_counted(conn: Connection, database: Database) -> None:
    for number in range(7):
        await builders.category(conn, f"Saws {number}")
    with pytest.raises(NotFoundError) as refused:
        await find_category_id(database, "saws")
    assert refused.value.message.endswith('"Saws 4" or 2 others.')


async def test_first_category_is_created_by_a_file(database: Database) -> None:
    with pytest.raises(NotFoundError, match="There is no category Saws, nor any other: "):
        await find_category_id(database, "Saws")


async def test_whole_path_finds_its_category(conn: Connection, database: Database) -> None:
    tools = await builders.category(conn, "Tools")
    saws = await builders.category(conn, "Saws", parent_id=tools)
    assert await find_category_id(database, "Tools > Saws") == saws
