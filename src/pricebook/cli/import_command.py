"""The command that imports a price list in the foreground."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec
from cyclopts import CycloptsError, Parameter

from pricebook.cli import import_output, match_output, output
from pricebook.cli.lookups import find_importing_supplier
from pricebook.cli.read_options import ReadOptions, option
from pricebook.cli.reason_option import Reason
from pricebook.cli.server_defaults import load_settings, settings_with_servers
from pricebook.db.resources import open_resources
from pricebook.imports import importer
from pricebook.imports.configuration import parser_limits_of, safety_thresholds_of
from pricebook.imports.importer_schemas import MAX_LISTED_ROWS, ImportRequest, ImportResult
from pricebook.imports.merge import AfterMerge
from pricebook.matching import service as matching
from pricebook.matching.run_schemas import MatchRun
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import FileSource
from pricebook.settings import Settings

EXIT_NOT_IMPORTED = 1


@dataclass(frozen=True, kw_only=True)
class ImportOptions(ReadOptions):
    """The options of `pricebook import`."""

    supplier: Annotated[
        str | None,
        option("The supplier's name, in any case of letters. Corrections need no name."),
    ] = None
    create_supplier: Annotated[
        bool, option("Create the supplier if there is none of this name.")
    ] = False
    corrections: Annotated[
        UUID | None,
        option(
            "A task id: the file has rejected rows of that task, as `pricebook tasks errors` prints"
            " them, which are read and imported like that task's price list."
        ),
    ] = None
    dry_run: Annotated[
        bool, option("Show the outcome of every item without changing anything.")
    ] = False
    partial: Annotated[
        bool, option("The file lists only some of the items: do not mark the others absent.")
    ] = False
    leave_out: Annotated[
        list[str] | None,
        option(
            "The code of an article that is not imported, such as one whose new price is doubtful:"
            " its row is rejected, and can be imported later."
        ),
    ] = None
    new_layout: Annotated[
        bool, option("Ignore the layout of the supplier's earlier price lists.")
    ] = False
    create_products: Annotated[
        bool, option("Create an active product for every item without one.")
    ] = False
    reason: Annotated[
        Reason, option("Why it is imported, kept with the task and in the audit log.")
    ] = None
    json: Annotated[bool, option("Print the result as JSON.")] = False

    @property
    def config(self) -> ReadConfig:
        """The read options; raises ValidationError for an unknown or invalid one."""
        more: dict[str, Any] = {"mode": "partial"} if self.partial else {}
        if self.leave_out:
            more["left_out_codes"] = self.leave_out
        return self.read_config(**more)


_DEFAULT_OPTIONS = ImportOptions()


def import_list(
    file: Path,
    *,
    options: Annotated[ImportOptions, Parameter(name="*")] = _DEFAULT_OPTIONS,
) -> None:
    """Import a price list now and print the counts and the rejected rows.

    Args:
        file: The price list.
        options: The options of the import.
    """
    config = options.config
    if (options.supplier is None) == (options.corrections is None):
        raise CycloptsError(msg="Either --supplier or --corrections is required.")
    if options.create_supplier and options.supplier is None:
        raise CycloptsError(msg="--create-supplier needs --supplier.")
    with settings_with_servers(load_settings()) as settings:
        request = ImportRequest(
            source=FileSource(str(file)),
            supplier_name=options.supplier or "",
            currency=settings.catalog_currency,
            catalog_vat=settings.catalog_vat,
            config=config,
            limits=parser_limits_of(settings),
            safety_thresholds=safety_thresholds_of(settings),
            rate_max_age_days=settings.rate_max_age_days,
            new_layout=options.new_layout,
            dry_run=options.dry_run,
            reason=options.reason,
            corrections_of=options.corrections,
            max_listed_rows=None if options.json else MAX_LISTED_ROWS,
        )
        after_merge = matching.create_products_after_import if options.create_products else None
        create = options.create_supplier
        importing = _import_file(settings, request, after_merge, file.name, create_supplier=create)
        result, matched = asyncio.run(importing)
    if options.json:
        output.print_json(result)
    else:
        import_output.print_import(result)
        if matched:
            match_output.print_run(matched)
    if result.status != "success":
        sys.exit(EXIT_NOT_IMPORTED)


async def _import_file(
    settings: Settings,
    request: ImportRequest,
    after_merge: AfterMerge | None,
    title: str,
    *,
    create_supplier: bool,
) -> tuple[ImportResult, MatchRun | None]:
    """Import a price list; then do the run that makes products of its items, if it left one."""
    async with open_resources(settings) as resources:
        if request.supplier_name and not create_supplier:
            supplier = await find_importing_supplier(resources.database, request.supplier_name)
            request = msgspec.structs.replace(
                request, supplier_id=supplier.id, supplier_name=supplier.name
            )
        with ParserPool() as parser_pool, import_output.progress_bar(title) as bar:
            result = await importer.run_import(
                resources.database, parser_pool, request, bar.show, after_merge
            )
        if after_merge is None or request.dry_run:
            return result, None
        run_id = await matching.find_queued_creation(resources.database, result.supplier_name)
        if run_id is None:
            return result, None
        # numpy is loaded for such an import only
        from pricebook.matching.runs import run_next  # noqa: PLC0415

        return result, await run_next(resources.database, run_id)
