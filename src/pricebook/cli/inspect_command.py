"""The command that looks at price lists."""

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
    """Tell how price lists would be read, a line each; nothing is written.

    Args:
        paths: Files, or folders of which every file is looked at, but no links out of them.
        json: Print each as a line of JSON.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise ValidationError(f"There is no {', '.join(missing)}.")
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
        source=FileSource(""), currency=settings.catalog_currency, limits=parser_limits_of(settings)
    )
    with ParserPool(has_spare=len(files) > 1) as parser_pool:
        for file in files:
            inspected = await inspect_price_list(parser_pool, str(file), request)
            if json:
                output.print_json(inspected)
            else:
                output.print_inspection(inspected)
