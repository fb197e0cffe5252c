"""The commands that look at price lists."""

from collections.abc import Iterator
from pathlib import Path

from cyclopts import App

from pricebook import console
from pricebook.connect import find_settings
from pricebook.errors import PriceListError, ValidationError
from pricebook.ingestion.inspection import inspect_list
from pricebook.ingestion.schemas import FilePlace, ListOrder

app = App(name="inspect")


@app.default
def inspect(*paths: Path, json: bool = False) -> None:
    """Tell how price lists would be read, a line each; nothing is written, no database is needed.

    Args:
        paths: Files, or folders whose files are all looked at.
        json: Print a line of JSON each.
    """
    if not paths:
        raise ValidationError("Give a file or a folder to inspect.")
    currency = find_settings().catalog_currency
    for path in _files(paths):
        try:
            found = inspect_list(ListOrder(place=FilePlace(str(path)), currency=currency))
        except PriceListError as error:
            console.print_refused(path, error.message, json=json)
        else:
            console.print_inspected(path, found, json=json)


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())
        else:
            yield path
