"""The command that looks at price lists."""

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pricebook import console
from pricebook.connect import find_settings
from pricebook.errors import ValidationError
from pricebook.ingestion.inspection import inspect
from pricebook.ingestion.process import Parsers
from pricebook.ingestion.schemas import FilePlace, ListOrder
from pricebook.resources import limits_of


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
    files = [file for path in paths for file in _files(path)]
    asyncio.run(_inspect(files, json=json))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        inside = path.resolve()
        return sorted(
            each
            for each in path.rglob("*")
            if each.is_file() and each.resolve().is_relative_to(inside)
        )
    return [path]


async def _inspect(files: list[Path], *, json: bool) -> None:
    settings = find_settings()
    order = ListOrder(
        place=FilePlace(""), currency=settings.catalog_currency, limits=limits_of(settings)
    )
    with Parsers(has_spare=len(files) > 1) as parsers:
        for file in files:
            seen = await inspect(parsers, str(file), order)
            if json:
                console.print_json(seen)
            else:
                console.print_inspected(seen)
