"""What commands name: ids, suppliers and items; and who decides by a command."""

from collections.abc import Sequence
from difflib import get_close_matches
from uuid import UUID

from pricebook.auth.schemas import Caller
from pricebook.categories import service as categories
from pricebook.cli.command_user import user_of_command
from pricebook.db.database import Database
from pricebook.errors import NotFoundError, ValidationError
from pricebook.http.pagination import CursorPaging
from pricebook.product_imports.cell_texts import format_path, parse_path
from pricebook.suppliers import service as suppliers
from pricebook.suppliers.schemas import Supplier, SupplierOverview

MAX_SUPPLIERS = 10_000
MAX_NAMED = 5

Names = tuple[str, ...]  # of a category, the root first

# Who decided, in the place of a user's name.
COMMAND_LINE = f"the command line ({user_of_command()})"
# Commands may do all that the API allows.
COMMAND_CALLER = Caller(UUID(int=0), COMMAND_LINE, "admin")


async def find_supplier_id(database: Database, name: str) -> UUID:
    """Return the id of the supplier of a name, or of the only one whose name has that part.

    Raises NotFoundError, with the suppliers that it may be.
    """
    supplier = await _find_exact_supplier(database, name)
    if supplier is not None:
        return supplier.id
    listed = await _list_suppliers(database)
    found = [each for each in listed if name.casefold() in each.name.casefold()]
    if len(found) == 1:
        return found[0].id
    if found:
        names = ", ".join(each.name for each in found[:MAX_NAMED])
        raise NotFoundError(f"There are {len(found)} suppliers with {name} in their name: {names}.")
    unknown = _unknown_supplier(name, [each.name for each in listed])
    raise NotFoundError(f"{unknown} `pricebook suppliers list` shows all.")


async def find_importing_supplier(database: Database, name: str) -> Supplier:
    """Return the supplier of exactly this name, in any case of letters, to import a price list.

    Raises NotFoundError, with the suppliers that it may be and how a new one is made.
    """
    supplier = await _find_exact_supplier(database, name)
    if supplier is not None:
        return supplier
    unknown = _unknown_supplier(name, [each.name for each in await _list_suppliers(database)])
    raise NotFoundError(f"{unknown} To make a new one, add --create-supplier.")


async def _find_exact_supplier(database: Database, name: str) -> Supplier | None:
    async with database.connection() as conn:
        return await suppliers.find_supplier(conn, name)


async def _list_suppliers(database: Database) -> Sequence[SupplierOverview]:
    return (await suppliers.list_suppliers(database, CursorPaging(limit=MAX_SUPPLIERS))).data


def _unknown_supplier(name: str, names: Sequence[str]) -> str:
    """Return that there is no supplier of this name, and which of these names may be meant."""
    quoted = [f"'{each}'" for each in _similar_names(name, names)]
    hint = f" Did you mean {' or '.join(quoted)}?" if quoted else ""
    return f"There is no supplier '{name}'.{hint}"


def _similar_names(name: str, names: Sequence[str]) -> list[str]:
    """Return the names that differ in a few letters, or are a part of it or it of them."""
    wanted = name.casefold()
    folded = {each.casefold(): each for each in names}
    close = get_close_matches(wanted, folded, n=MAX_NAMED)
    parts = [each for each in folded if each in wanted or wanted in each]
    return [folded[each] for each in dict.fromkeys([*close, *parts])][:MAX_NAMED]


async def find_category_id(database: Database, path: str) -> UUID:
    """Return the id of a category by its path, as files of products have it.

    Raises NotFoundError, with the paths that may be meant.
    """
    names = tuple(parse_path(path))
    async with database.connection() as conn:
        paths = await categories.read_paths(conn)
    for category_id, its_names in paths.items():
        if its_names == names:
            return category_id
    raise NotFoundError(_unknown_category(names, sorted(paths.values())))


def _unknown_category(names: Names, paths: Sequence[Names]) -> str:
    """Return that there is no such category, and which path to write instead."""
    unknown = f"There is no category {format_path(names)}"
    if not paths:
        return f"{unknown}, nor any other: `pricebook products import` creates those of its file."
    if meant := _meant_paths(names, paths):
        return f"{unknown}: write its whole path, {_alternatives(meant)}."
    roots = [each for each in paths if len(each) == 1]
    return f"{unknown}: write a whole path that begins with {_alternatives(roots)}."


def _meant_paths(names: Names, paths: Sequence[Names]) -> list[Names]:
    """Return the paths that end with these names, else those in which their text occurs."""
    wanted = tuple(name.casefold() for name in names)
    folded = {each: tuple(name.casefold() for name in each) for each in paths}
    ending = [each for each in paths if folded[each][-len(wanted) :] == wanted]
    text = format_path(wanted)
    return ending or [each for each in paths if text in format_path(folded[each])]


def _alternatives(paths: Sequence[Names]) -> str:
    """Return the first paths, quoted as a shell needs them, and how many others there are."""
    shown = [f'"{format_path(each)}"' for each in paths[:MAX_NAMED]]
    more = len(paths) - len(shown)
    return " or ".join([*shown, f"{more:,} others"] if more else shown)


async def read_category_names(database: Database) -> dict[UUID, str]:
    """Return the path of each category as files of products have it."""
    async with database.connection() as conn:
        paths = await categories.read_paths(conn)
    return {category_id: format_path(names) for category_id, names in paths.items()}


def parse_id(text: str, listed_by: str) -> UUID:
    """Return an id; raises ValidationError naming the command that lists ids."""
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError(f"{text} is not an id: `{listed_by}` shows them.") from None
