"""The state of the catalog, to be compared before an import and after its undo."""

from typing import Any, LiteralString

from pricebook.db.database import Connection

State = dict[str, list[dict[str, Any]]]
# All tables that an import writes, but for what is only added to: history, audit, tasks.
TABLES: tuple[LiteralString, ...] = (
    "suppliers",
    "categories",
    "products",
    "supplier_items",
    "item_identifiers",
    "quarantined_rows",
    "match_items",
    "match_suggestions",
    "match_decisions",
    "auto_links",
)


async def catalog_state(conn: Connection) -> State:
    """Return the rows of each table without the times of their last change, which the undo is.

    An item that had identifiers once keeps a row without any.
    """
    state: State = {}
    for table in TABLES:
        statement: LiteralString = (
            "SELECT to_jsonb(each) - 'updated_at' FROM {table} AS each ORDER BY each::text"
        )
        cursor = await conn.execute(statement.format(table=table))
        state[table] = sorted((row for (row,) in await cursor.fetchall()), key=str)
    state["item_identifiers"] = [
        row for row in state["item_identifiers"] if row["gtin"] or row["mpn_key"]
    ]
    return state
