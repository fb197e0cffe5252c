"""The command that takes a list in, in the foreground."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from pricebook.cli import output
from pricebook.cli.server_defaults import load_settings, settings_with_servers
from pricebook.errors import ValidationError, as_issue_text
from pricebook.imports import importer
from pricebook.imports.configuration import parser_limits_of, safety_thresholds_of
from pricebook.imports.importer_schemas import ImportRequest, ImportResult
from pricebook.imports.merge import FollowUp
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas import FileSource, ReadConfig
from pricebook.products import service as products
from pricebook.services import open_resources
from pricebook.settings import Settings

EXIT_NOT_IMPORTED = 1


def _help(text: str) -> Parameter:
    return Parameter(help=text, negative="")


@dataclass(frozen=True, kw_only=True)
class ImportOptions:
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
    def config(self) -> ReadConfig:
        """What is said about the list; raises ValidationError where it cannot be."""
        values = _parse_pairs("--set", "KEY=VALUE", self.settings or [])
        if self.column:
            values["column_mapping"] = _parse_pairs("--column", "FIELD=HEADER", self.column)
        if self.partial:
            values["mode"] = "partial"
        return _source_config(values)


def import_list(file: Path, *, options: Annotated[ImportOptions, Parameter(name="*")]) -> None:
    """Take in a price list now: what is new, changed, absent and rejected, row by row.

    Args:
        file: The price list.
        options: How it is to be taken in.
    """
    config = options.config
    with settings_with_servers(load_settings()) as settings:
        request = ImportRequest(
            source=FileSource(str(file)),
            supplier_name=options.supplier,
            currency=settings.catalog_currency,
            config=config,
            limits=parser_limits_of(settings),
            safety_thresholds=safety_thresholds_of(settings),
            new_layout=options.new_layout,
            dry_run=options.dry_run,
        )
        follow_up = products.create_products_from_unmatched if options.create_products else None
        result = asyncio.run(_import_file(settings, request, file.name, follow_up))
    if options.json:
        output.print_json(result)
    else:
        output.print_import(result)
    if result.status != "success":
        sys.exit(EXIT_NOT_IMPORTED)


async def _import_file(
    settings: Settings, request: ImportRequest, title: str, follow_up: FollowUp | None
) -> ImportResult:
    async with open_resources(settings) as resources:
        with ParserPool() as parser_pool, output.progress_bar(title) as bar:
            return await importer.run_import(
                resources.database, parser_pool, request, bar.show, follow_up
            )


def _parse_pairs(option: str, expected_format: str, raw_pairs: list[str]) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for pair in raw_pairs:
        key, separator, value = pair.partition("=")
        if not separator:
            raise ValidationError(f"{option} {pair}: expected {expected_format}.")
        pairs[key] = value
    return pairs


def _source_config(values: dict[str, Any]) -> ReadConfig:
    try:
        return msgspec.convert(values, ReadConfig, strict=False)
    except msgspec.ValidationError as error:
        raise ValidationError(f"--column or --set: {as_issue_text(str(error))}.") from error
