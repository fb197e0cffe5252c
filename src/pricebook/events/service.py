from pricebook.db.database import Database
from pricebook.errors import query_issue, validation_error
from pricebook.events import repository
from pricebook.events.schemas import EventPage, EventQuery

PLACED_AT_ONCE = 1_000
DELETED_AT_ONCE = 10_000
KEEP_DAYS = 30


async def list_events(database: Database, query: EventQuery) -> EventPage:
    """Return the events behind a position.

    Raises ValidationError for a position that was not given yet, or behind which events are
    deleted by now: a reader that goes on there would miss some.
    """
    async with database.connection() as conn, conn.transaction():
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        last = await repository.get_last_position(conn)
        first = await repository.find_first_position(conn)
        events = await repository.list_events(conn, query)
    if query.after > last:
        raise validation_error(query_issue("after", f"is over the last position {last}"))
    oldest = last + 1 if first is None else first
    if 0 < query.after < oldest - 1:
        raise validation_error(
            query_issue(
                "after",
                f"the events up to {oldest - 1} are deleted: read all data again, then go on from"
                f" {oldest - 1}",
            )
        )
    is_full = len(events) == query.limit
    return EventPage(events[-1].position if is_full else last, last, events)


async def list_newest_events(database: Database, query: EventQuery) -> EventPage:
    """Return the newest events of a query, wherever it begins; a reader goes on behind them."""
    async with database.connection() as conn, conn.transaction():
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        last = await repository.get_last_position(conn)
        events = await repository.list_newest_events(conn, query)
    return EventPage(last, last, events)


async def place_events(database: Database) -> None:
    """Give all committed events their positions."""
    placed = PLACED_AT_ONCE
    while placed == PLACED_AT_ONCE:
        async with database.short_transaction() as conn:
            placed = await repository.place_events(conn, PLACED_AT_ONCE)


async def set_thresholds(
    database: Database, price_jump_percent: float, margin_below_percent: float
) -> None:
    """Store from which change of a price on, and below which margin, there is an event."""
    async with database.short_transaction() as conn:
        await repository.set_thresholds(conn, price_jump_percent, margin_below_percent)


async def purge_old_events(database: Database) -> None:
    """Delete the events that are older than KEEP_DAYS."""
    deleted = DELETED_AT_ONCE
    while deleted == DELETED_AT_ONCE:
        async with database.transaction() as conn:
            deleted = await repository.delete_old_events(conn, KEEP_DAYS, DELETED_AT_ONCE)
