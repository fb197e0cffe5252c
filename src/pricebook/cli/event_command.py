"""The command for the feed of events."""

import asyncio
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pricebook.cli import output
from pricebook.cli.option_types import Limit
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.events import service
from pricebook.events.schemas import Event, EventPage, EventQuery

POLL_SECONDS = 1.0
NAMES = ("supplier_name", "name", "count", "state", "actor")


def list_events(
    *,
    after: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    follow: Annotated[bool, Parameter(negative="")] = False,
    kind: Annotated[str | None, Parameter(name="--type")] = None,
    limit: Limit = 50,
    json: bool = False,
) -> None:
    """List the newest events, the newest last; with --after, the feed from a position on.

    Args:
        after: Begin behind this position: the next events in the order of the feed, as
            `GET /admin/events?after=` returns them. 0 begins with the oldest event that is kept.
        follow: Go on with each further event, until Ctrl-C.
        kind: Only events of this type: import.held.
        limit: The number of events, up to 200; with --follow those before the further ones.
        json: Print the events with their data as JSON; with --follow one on each line.
    """

    async def read(database: Database) -> None:
        if after is None:
            page = await service.list_newest_events(database, EventQuery(type=kind, limit=limit))
        else:
            query = EventQuery(after=after, type=kind, limit=limit)
            page = await service.list_events(database, query)
        if follow:
            await _follow(database, kind, page, as_json=json)
        elif json:
            output.print_json(page)
        else:
            _print_page(page, is_newest=after is None)

    run_with_database(read)


async def _follow(database: Database, kind: str | None, page: EventPage, *, as_json: bool) -> None:
    """Print the events of a page, and all that follow."""
    while True:
        for event in page.data:
            if as_json:
                output.print_json(event)
            else:
                output.print_line(_describe(event))
        if page.next_after == page.last_position:
            await asyncio.sleep(POLL_SECONDS)
        query = EventQuery(after=page.next_after, type=kind, limit=200)
        page = await service.list_events(database, query)


def _print_page(page: EventPage, *, is_newest: bool) -> None:
    for event in page.data:
        output.print_line(_describe(event))
    newest = "newest " if is_newest else ""
    if page.data:
        events = output.counted(len(page.data), f"{newest}event")
        output.print_line(f"{events} up to {page.last_position:,}.")
    else:
        output.print_none("event", advice=f"the feed ends at position {page.last_position:,}")
    if page.next_after < page.last_position:
        output.print_line(f"Next page: --after {page.next_after}")
    elif is_newest and page.data and page.data[0].position > 1:
        output.print_line("From the oldest on: --after 0")


def _describe(event: Event) -> str:
    data = event.data
    shown = [f"{name} {data[name]}" for name in NAMES if data.get(name) is not None]
    return f"{event.position}  {event.at:%Y-%m-%d %H:%M:%S}  {event.type}  {', '.join(shown)}"
