"""The command for the feed of events."""

from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pricebook.cli import output
from pricebook.cli.option_types import Limit
from pricebook.cli.server_defaults import run_with_database
from pricebook.events import service
from pricebook.events.schemas import Event, EventQuery

NAMES = ("supplier_name", "name", "count", "state", "actor")


def list_events(
    *,
    after: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
    kind: Annotated[str | None, Parameter(name="--type")] = None,
    limit: Limit = 50,
    json: bool = False,
) -> None:
    """List what happened after a position of the feed, in its order.

    Args:
        after: The position of the last event that was read; 0 reads from the first one.
        kind: Only events of this type: import.held.
        limit: The number of events, up to 200.
        json: Print the events with their data as JSON.
    """
    query = EventQuery(after=after, type=kind, limit=limit)
    page = run_with_database(lambda database: service.list_events(database, query))
    if json:
        output.print_json(page)
        return
    for event in page.data:
        output.print_line(_describe(event))
    output.print_line(f"{len(page.data):,} events up to {page.last_position:,}.")
    if page.next_after < page.last_position:
        output.print_line(f"Next page: --after {page.next_after}")


def _describe(event: Event) -> str:
    data = event.data
    shown = [f"{name} {data[name]}" for name in NAMES if data.get(name) is not None]
    return f"{event.position}  {event.at:%Y-%m-%d %H:%M:%S}  {event.type}  {', '.join(shown)}"
