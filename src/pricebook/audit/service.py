from collections.abc import Sequence

from pricebook.audit import repository
from pricebook.audit.schemas import NewEntry
from pricebook.db.database import Connection


async def insert_entry(conn: Connection, entry: NewEntry) -> None:
    """Write an entry in the transaction of the change, by the actor of that transaction.

    Changes of rows with an audit trigger have their entries already.
    """
    await repository.insert_entries(conn, [entry])


async def insert_entries(conn: Connection, entries: Sequence[NewEntry]) -> None:
    """Write entries in the transaction of the change, by the actor of that transaction."""
    await repository.insert_entries(conn, entries)
