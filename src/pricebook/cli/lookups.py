"""What commands name: ids, suppliers and items; and who decides by a command."""

from uuid import UUID

from pricebook.auth.schemas import Caller
from pricebook.categories import service as categories
from pricebook.cli.command_user import user_of_command
from pricebook.db.database import Database
from pricebook.errors import NotFoundError, ValidationError
from pricebook.http.pagination import CursorPaging
from pricebook.product_imports.cell_texts import format_path, parse_path
from pricebook.suppliers import service as suppliers

MAX_SUPPLIERS = 10_000
MAX_NAMED = 5


# Who decided, in the place of a user's name.
COMMAND_LINE = f"the command line ({user_of_command()})"
# Commands may do all that the API allows.
COMMAND_CALLER = Caller(UUID(int=0), COMMAND_LINE, "admin")


async def find_supplier_id(database: Database, name: str) -> UUID:
    """Return the id of the supplier of a name, or of the only one whose name has that part.

    Raises NotFoundError, with the suppliers that it may be.
    """
    async with database.connection() as conn:
        supplier = await suppliers.find_supplier(conn, name)
    if supplier is not None:
        return supplier.id
    listed = await suppliers.list_suppliers(database, CursorPaging(limit=MAX_SUPPLIERS))
    found = [each for each in listed.data if name.casefold() in each.name.casefold()]
    if len(found) == 1:
        return found[0].id
    if found:
        names = ", ".join(each.name for each in found[:MAX_NAMED])
        raise NotFoundError(f"There are {len(found)} suppliers with {name} in their name: {names}.")
    raise NotFoundError(f"There is no supplier {name}: `pricebook suppliers list` shows all.")


async def find_category_id(database: Database, path: str) -> UUID:
    """Return the id of a category by its path, as files of products have it.

    Raises NotFoundError.
    """
    names = tuple(parse_path(path))
    async with database.connection() as conn:
        paths = await categories.read_paths(conn)
    for category_id, its_names in paths.items():
        if its_names == names:
            return category_id
    raise NotFoundError(f"There is no category {format_path(names)}; expected Tools > Saws.")


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
