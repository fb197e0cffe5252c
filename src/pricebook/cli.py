"""The command line: reads the settings, parses, calls, and turns errors into exit codes."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, CycloptsError, Parameter

from pricebook import __version__, api, cli_users, console, embedded, migrations, up, worker
from pricebook.connect import connected, find_settings, with_endpoints
from pricebook.errors import PricebookError, ValidationError, plain
from pricebook.ingestion import service as ingestion
from pricebook.ingestion.schemas import FilePlace, ImportOrder, ImportResult, SourceConfig
from pricebook.products import service as products
from pricebook.resources import open_resources
from pricebook.settings import Settings

FAILED = 1
WRONG_USAGE = 2
INTERRUPTED = 130

app = App(
    name="pricebook",
    help="The price lists of many suppliers as one catalog.",
    version=__version__,
    exit_on_error=False,
    print_error=False,
)
app.command(cli_users.app)


def main() -> None:
    """Run the command; an error is one sentence on stderr, exit code 1 (2 for wrong usage)."""
    try:
        app()
    except CycloptsError as error:
        console.complain(f"{error} See `pricebook --help`.")
        sys.exit(WRONG_USAGE)
    except PricebookError as error:
        console.complain(error.message)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:  # noqa: BLE001 (a defect of ours: no traceback for users even so)
        console.complain_of_defect(error)
        sys.exit(FAILED)


@app.command(name="up")
def run_system(*, port: int | None = None, empty: bool = False) -> None:
    """Run the whole system on embedded servers until Ctrl-C or SIGTERM.

    Args:
        port: Where to listen; PORT, or 8000, if not given.
        empty: Leave the demo out; of its users, only admin is made.
    """
    settings = find_settings(port)
    up.leave_on_signals()
    try:
        if settings.database_url and settings.redis_url:
            up.run(settings, os.environ, up.nothing_lost, with_demo=not empty)
            return
        with embedded.supervise(settings.home) as supervisor:
            filled = with_endpoints(settings, supervisor.endpoints)
            up.run(filled, os.environ, supervisor.failed, with_demo=not empty)
    except KeyboardInterrupt:
        return


@app.command
def serve(*, port: int | None = None) -> None:
    """Serve the API (the production process).

    Args:
        port: Where to listen; PORT, or 8000, if not given.
    """
    with connected(find_settings(port)) as settings:
        api.serve(settings)


@app.command(name="worker")
def work() -> None:
    """Take in the lists that were uploaded or are to be synced (the production process).

    Run as many as you like: each works on WORKER_TASKS lists at once.
    """
    with connected(find_settings()) as settings:
        worker.work(settings)


@app.command
def migrate(*, down_to: str | None = None) -> None:
    """Bring the database to the newest schema.

    Args:
        down_to: Go back to this revision instead (base is empty); what it lacks is lost.
    """
    with connected(find_settings()) as settings:
        if down_to is None:
            migrations.upgrade(settings.required_database_url)
        else:
            migrations.downgrade(settings.required_database_url, down_to)
        console.say(f"The database is at migration {down_to or migrations.head()}.")


@app.command
def openapi() -> None:
    """Print the OpenAPI document."""
    document = api.create_app(Settings()).openapi_schema.to_schema()
    console.say(msgspec.json.format(msgspec.json.encode(document)).decode())


@app.command(name="import")
def import_list(
    file: Path,
    *,
    supplier: str,
    create_products: bool = False,
    column: Annotated[list[str] | None, Parameter(negative="")] = None,
    json: bool = False,
) -> None:
    """Take in a price list now: what is new, changed and rejected, row by row.

    Args:
        file: The price list.
        supplier: The supplier's name; a new one is made.
        create_products: Make an active product of every item that has none.
        column: FIELD=HEADER where a column is not found (sku, name, price, category, currency).
        json: Print the result as JSON.
    """
    config = _source_config(column or [])
    follow_up = products.create_from_unmatched if create_products else None
    with connected(find_settings()) as settings:
        order = ImportOrder(
            place=FilePlace(str(file)),
            supplier_name=supplier,
            currency=settings.catalog_currency,
            config=config,
        )
        result = asyncio.run(_take_in(settings, order, file.name, follow_up))
    if json:
        console.print_json(result)
    else:
        console.print_import(result)
    if result.status == "failed":
        sys.exit(FAILED)


async def _take_in(
    settings: Settings, order: ImportOrder, title: str, follow_up: ingestion.FollowUp | None
) -> ImportResult:
    async with open_resources(settings) as resources:
        with console.progress_bar(title) as bar:
            return await ingestion.take_in(resources.database, order, bar.show, follow_up)


def _source_config(columns: list[str]) -> SourceConfig:
    mapping: dict[str, str] = {}
    for pair in columns:
        field, equals, header = pair.partition("=")
        if not equals:
            raise ValidationError(f"--column {pair}: expected FIELD=HEADER.")
        mapping[field] = header
    try:
        return msgspec.convert({"column_mapping": mapping}, SourceConfig)
    except msgspec.ValidationError as error:
        raise ValidationError(f"--column {' '.join(columns)}: {plain(str(error))}.") from error


if __name__ == "__main__":
    main()
