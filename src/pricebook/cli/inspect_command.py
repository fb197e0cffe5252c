"""The command that shows how price lists would be read."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pricebook.cli import output
from pricebook.cli.read_options import ReadOptions, option
from pricebook.cli.server_defaults import load_settings
from pricebook.errors import ValidationError
from pricebook.imports.configuration import parser_limits_of
from pricebook.pricelists.inspection import InspectionResult, inspect_price_list
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricebook.pricelists.schemas.read_config import ReadConfig
from pricebook.pricelists.schemas.read_request import FileSource, ReadRequest

EXIT_REFUSED = 1


@dataclass(frozen=True, kw_only=True)
class InspectOptions(ReadOptions):
    """The options of `pricebook inspect`."""

    json: Annotated[bool, option("Print each result as a line of JSON.")] = False


_DEFAULT_OPTIONS = InspectOptions()


def inspect_lists(
    paths: Annotated[list[Path], Parameter(negative="")],
    /,
    *,
    options: Annotated[InspectOptions, Parameter(name="*")] = _DEFAULT_OPTIONS,
) -> None:
    """Show how price lists would be read, one line for each; nothing is imported.

    The exit code is 1 if one of them is refused.

    Args:
        paths: Files, or folders to search for files. Links that lead out of a folder are skipped.
        options: How to read them, and what to print.
    """
    config = options.read_config()
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise ValidationError(f"No such file or folder: {', '.join(missing)}.")
    files = [file for path in paths for file in _expand_folders(path)]
    if not asyncio.run(_inspect(files, config, json=options.json)):
        sys.exit(EXIT_REFUSED)


def _expand_folders(path: Path) -> list[Path]:
    if path.is_dir():
        root = path.resolve()
        return sorted(
            each
            for each in path.rglob("*")
            if each.is_file() and each.resolve().is_relative_to(root)
        )
    return [path]


async def _inspect(files: list[Path], config: ReadConfig, *, json: bool) -> bool:
    """Print how each file is read; return whether none is refused."""
    settings = load_settings()
    request = ReadRequest(
        source=FileSource(""),
        currency=settings.catalog_currency,
        catalog_vat=settings.catalog_vat,
        config=config,
        limits=parser_limits_of(settings),
    )
    all_read = True
    with ParserPool() as parser_pool:
        for file in files:
            inspected = await inspect_price_list(parser_pool, str(file), request)
            all_read = all_read and inspected.profile is not None
            if json:
                output.print_json(inspected)
            else:
                _print_inspection(inspected)
    return all_read


def _print_inspection(inspected: InspectionResult) -> None:
    """Print how a price list is read, or each reason why it is refused, on lines with its path."""
    profile = inspected.profile
    if profile is None:
        for sentence in dict.fromkeys(issue.message for issue in inspected.issues) or [
            inspected.refused
        ]:
            output.print_line(f"{inspected.path}: refused: {sentence}")
        return
    delimiter = profile.delimiter and f'"{profile.delimiter}"'.replace("\t", "tab")
    summary = [
        profile.format,
        profile.encoding,
        delimiter,
        profile.sheet and f'sheet "{profile.sheet}"',
    ]
    header = f"header in row {profile.header_row}" if profile.header_row else "no header"
    output.print_line(
        f"{inspected.path}: read: {' '.join(filter(None, summary))}; {header}; "
        f"{inspected.items:,} articles, {inspected.rejected:,} rejected"
        f"{_describe_error_counts(inspected.row_error_counts)}, {inspected.ignored:,} ignored. "
        f"{inspected.profile_sentence}"
    )


def _describe_error_counts(counts: Mapping[str, int]) -> str:
    """Return the numbers of rejected rows by error type in brackets, nothing without any."""
    texts = [f"{error_type} {count:,}" for error_type, count in sorted(counts.items())]
    return f" ({', '.join(texts)})" if texts else ""
