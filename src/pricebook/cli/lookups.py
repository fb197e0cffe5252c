"""What commands name: ids, and who decides by a command."""

from uuid import UUID

from pricebook.db.database import Database
from pricebook.errors import NotFoundError, ValidationError
from pricebook.suppliers import service as suppliers

# Who decided, in the place of a user's name.
COMMAND_LINE = "the command line"


async def find_supplier_id(database: Database, name: str) -> UUID:
    """Return the id of the supplier of a name; raises NotFoundError."""
    async with database.connection() as conn:
        supplier = await suppliers.find_supplier(conn, name)
    if supplier is None:
        raise NotFoundError(f"There is no supplier {name}: `pricebook suppliers list` shows all.")
    return supplier.id


def parse_id(text: str, listed_by: str) -> UUID:
    """Return an id; raises ValidationError naming the command that lists ids."""
    try:
        return UUID(text)
    except ValueError:
        raise ValidationError(f"{text} is not an id: `{listed_by}` shows them.") from None
