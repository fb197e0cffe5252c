"""The command for the products that a bulk change leaves out."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from pricebook.cli import output
from pricebook.cli.csv_files import write_csv
from pricebook.cli.lookups import parse_id
from pricebook.cli.option_types import Limit, PageNumber
from pricebook.cli.server_defaults import run_with_database
from pricebook.product_batches import left_out
from pricebook.product_batches.left_out_schemas import LeftOutQuery, LeftOutReason

LEFT_OUT = "products that are left out"


def register(app: App) -> None:
    """Add the command to those of batches."""
    app.command(list_left_out, name="left-out")


@dataclass(frozen=True, kw_only=True)
class ShownProducts:
    """Which products are shown, and how."""

    reason: Annotated[
        LeftOutReason | None, Parameter(help="Only products that are left out for this reason.")
    ] = None
    limit: Annotated[Limit, Parameter(help="The number of products on a page, up to 200.")] = 20
    page: Annotated[PageNumber, Parameter(help="The number of the page.")] = 1
    csv: Annotated[Path | None, Parameter(help="Write all of them to this file instead.")] = None
    json: Annotated[bool, Parameter(help="Print the page as JSON.", negative="")] = False


def list_left_out(
    batch_id: str, /, *, shown: Annotated[ShownProducts, Parameter(name="*")] = ShownProducts()
) -> None:
    """List the selected products that a batch does not change, each with the reason.

    Args:
        batch_id: The id of the batch.
        shown: Which products, and how.
    """
    parsed = parse_id(batch_id, "pricebook batches list")
    if (file := shown.csv) is not None:
        run_with_database(
            lambda database: write_csv(
                file, left_out.export_left_out(database, parsed, shown.reason)
            )
        )
        return
    query = LeftOutQuery(shown.page, shown.limit, shown.reason)
    found = run_with_database(lambda database: left_out.list_left_out(database, parsed, query))
    if shown.json:
        output.print_json(found)
        return
    for each in found.data:
        output.print_line(f"{each.internal_sku or each.product_id} {each.name}: {each.sentence}")
    if not found.data:
        output.print_none("product that is left out", found.total_count, plural=LEFT_OUT)
    elif found.total_count > len(found.data):
        output.print_line(
            f"{len(found.data):,} of {found.total_count:,} products; --page and --limit show the"
            " others, --csv FILE writes all."
        )
