"""The commands that suggest products for unmatched items, and show when that was done."""

import asyncio
from uuid import UUID

from cyclopts import App

from pricebook.cli import match_output, output
from pricebook.cli.lookups import COMMAND_LINE, find_supplier_id
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.server_defaults import run_with_database
from pricebook.db.database import Database
from pricebook.http.pagination import CursorPaging
from pricebook.matching import service
from pricebook.matching.run_schemas import MatchRun, RunRequest

POLL_SECONDS = 0.5


def register(app: App) -> None:
    """Add the commands to those of matches."""
    for command in (run, runs):
        app.command(command)


def run(*, supplier: str | None = None, json: bool = False) -> None:
    """Suggest products for all unmatched items, or those of a supplier.

    A run that goes on already is waited for.

    Args:
        supplier: Name of the supplier.
        json: Print the run as JSON.
    """

    async def suggest(database: Database) -> MatchRun:
        supplier_id = await find_supplier_id(database, supplier) if supplier else None
        queued = await service.request_run(
            database, RunRequest(supplier_id=supplier_id), COMMAND_LINE
        )
        return await _run_to_its_end(database, queued.id, is_silent=json)

    ended = run_with_database(suggest)
    if json:
        output.print_json(ended)
        return
    match_output.print_run(ended)
    unlinked = run_with_database(
        lambda database: service.count_unlinked_certain(database, ended.supplier_id)
    )
    match_output.print_unlinked(unlinked)


def runs(*, limit: Limit = 20, page: PageNumber = 1, json: bool = False) -> None:
    """List the runs that suggest products, newest first, with who requested them.

    Args:
        limit: The number of runs on a page, up to 200.
        page: The number of the page.
        json: Print the page as JSON.
    """
    listing = run_with_database(
        lambda database: service.list_runs(database, CursorPaging(page, limit))
    )
    if json:
        output.print_json(listing)
    else:
        match_output.print_runs(listing.data, listing.total_count)


async def _run_to_its_end(database: Database, run_id: UUID, *, is_silent: bool) -> MatchRun:
    """Run it here or wait until the worker has; the run that goes on is waited for first."""
    # numpy is loaded by this command only
    from pricebook.matching.runs import run_next  # noqa: PLC0415

    is_told = is_silent
    while True:
        if ended := await run_next(database, run_id):
            return ended
        found = await service.get_run(database, run_id)
        if found.completed_at is not None:
            return found
        if not is_told:
            output.print_line("Waiting for a run that goes on already: `pricebook matches runs`.")
            is_told = True
        await asyncio.sleep(POLL_SECONDS)
