"""A list to begin with, and looks at what became of it."""

from typing import Any

from pricebook.db.database import Connection

LIST = """Article code,Name,Price,Category,Colour
A-1,Hammer,12.50,Tools,red
A-2,Saw,8.00,Tools,
A-3,Glove,3.25,Safety,blue
"""


async def rows(conn: Connection, query: str) -> list[tuple[Any, ...]]:
    return await (await conn.execute(query.encode())).fetchall()


async def history_length(conn: Connection) -> int:
    ((length,),) = await rows(conn, "SELECT count(*) FROM price_history")
    return length
