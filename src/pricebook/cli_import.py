"""The command that takes a list in, in the foreground."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from pricebook import console
from pricebook.connect import connected, find_settings
from pricebook.errors import ValidationError, plain
from pricebook.ingestion import service as ingestion
from pricebook.ingestion.import_schemas import ImportOrder, ImportResult
from pricebook.ingestion.process import Parsers
from pricebook.ingestion.schemas import FilePlace, SourceConfig
from pricebook.products import service as products
from pricebook.resources import brakes_of, limits_of, open_resources
from pricebook.settings import Settings

NOT_TAKEN_IN = 1


def _help(text: str) -> Parameter:
    return Parameter(help=text, negative="")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a list is to be taken in."""

    supplier: Annotated[str, _help("The supplier's name; a new one is made.")]
    dry_run: Annotated[bool, _help("Show what would become of every item, and change nothing.")] = (
        False
    )
    partial: Annotated[
        bool, _help("The list names some of the supplier's items: the others are not absent.")
    ] = False
    new_layout: Annotated[
        bool, _help("Take the columns as they are now, not as in the supplier's earlier lists.")
    ] = False
    create_products: Annotated[
        bool, _help("Make an active product of every item that has none.")
    ] = False
    column: Annotated[
        list[str] | None,
        _help("FIELD=HEADER where one is not found (sku, name, price, category, currency)."),
    ] = None
    settings: Annotated[
        list[str] | None,
        Parameter(
            name="--set", help="KEY=VALUE, how this list is read, as header_row=3.", negative=""
        ),
    ] = None
    json: Annotated[bool, _help("Print the result as JSON.")] = False

    @property
    def config(self) -> SourceConfig:
        """What is said about the list; raises ValidationError where it cannot be."""
        said = _pairs("--set", "KEY=VALUE", self.settings or [])
        if self.column:
            said["column_mapping"] = _pairs("--column", "FIELD=HEADER", self.column)
        if self.partial:
            said["mode"] = "partial"
        return _source_config(said)


def import_list(file: Path, *, options: Annotated[Options, Parameter(name="*")]) -> None:
    """Take in a price list now: what is new, changed, absent and rejected, row by row.

    Args:
        file: The price list.
        options: How it is to be taken in.
    """
    config = options.config
    with connected(find_settings()) as settings:
        order = ImportOrder(
            place=FilePlace(str(file)),
            supplier_name=options.supplier,
            currency=settings.catalog_currency,
            config=config,
            limits=limits_of(settings),
            brakes=brakes_of(settings),
            new_layout=options.new_layout,
            dry_run=options.dry_run,
        )
        follow_up = products.create_from_unmatched if options.create_products else None
        result = asyncio.run(_take_in(settings, order, file.name, follow_up))
    if options.json:
        console.print_json(result)
    else:
        console.print_import(result)
    if result.status != "success":
        sys.exit(NOT_TAKEN_IN)


async def _take_in(
    settings: Settings, order: ImportOrder, title: str, follow_up: ingestion.FollowUp | None
) -> ImportResult:
    async with open_resources(settings) as resources:
        with Parsers() as parsers, console.progress_bar(title) as bar:
            return await ingestion.take_in(resources.database, parsers, order, bar.show, follow_up)


def _pairs(option: str, form: str, given: list[str]) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals:
            raise ValidationError(f"{option} {pair}: expected {form}.")
        pairs[key] = value
    return pairs


def _source_config(said: dict[str, Any]) -> SourceConfig:
    try:
        return msgspec.convert(said, SourceConfig, strict=False)
    except msgspec.ValidationError as error:
        raise ValidationError(f"--column or --set: {plain(str(error))}.") from error
