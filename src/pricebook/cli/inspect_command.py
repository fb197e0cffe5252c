"""The command that shows how price lists would be read."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pricebook.cli import output
from pricebook.cli.server_defaults import load_settings
from pricebook.errors import ValidationError
from pricebook.imports.configuration import parser_limits_of
from pricebook.pricelists.inspection import inspect_price_list
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas import FileSource, ReadRequest


def inspect_lists(
    paths: Annotated[list[Path], Parameter(negative="")], /, *, json: bool = False
) -> None:
    """Show how price lists would be read, one line for each; nothing is imported.

    Args:
        paths: Files, or folders to search for files. Links that lead out of a folder are skipped.
        json: Print each result as a line of JSON.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise ValidationError(f"No such file or folder: {', '.join(missing)}.")
    files = [file for path in paths for file in _expand_folders(path)]
    asyncio.run(_inspect(files, json=json))


def _expand_folders(path: Path) -> list[Path]:
    if path.is_dir():
        root = path.resolve()
        return sorted(
            each
            for each in path.rglob("*")
            if each.is_file() and each.resolve().is_relative_to(root)
        )
    return [path]


async def _inspect(files: list[Path], *, json: bool) -> None:
    settings = load_settings()
    request = ReadRequest(
        source=FileSource(""),
        currency=settings.catalog_currency,
        catalog_vat=settings.catalog_vat,
        limits=parser_limits_of(settings),
    )
    with ParserPool(has_spare=len(files) > 1) as parser_pool:
        for file in files:
            inspected = await inspect_price_list(parser_pool, str(file), request)
            if json:
                output.print_json(inspected)
            else:
                output.print_inspection(inspected)
