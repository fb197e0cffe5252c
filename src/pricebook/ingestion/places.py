"""Where a supplier's list is, from what is set for the supplier."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.ingestion.normalise import shown
from pricebook.ingestion.schemas import FilePlace, Place, SheetPlace, WebPlace
from pricebook.suppliers.schemas import SourceConfig

_PLACES = ("spreadsheet_url", "url", "file_path")


class Access(NamedTuple):
    """What this installation has and allows for reaching lists."""

    uploads: Path
    google_credentials_path: str | None
    google_api: str
    allow_private: bool


def place_of(config: SourceConfig, access: Access) -> Place:
    """Tell where a supplier's list is.

    Raises PriceListError when no place is set or several are, or a file is not among the uploads.
    """
    given = [name for name in _PLACES if getattr(config, name) is not None]
    if len(given) > 1:
        raise PriceListError(f"The list is given in {len(given)} places: {' and '.join(given)}.")
    if config.spreadsheet_url is not None:
        return SheetPlace(config.spreadsheet_url, access.google_credentials_path, access.google_api)
    if config.url is not None:
        return WebPlace(config.url, access.allow_private)
    if config.file_path is not None:
        return FilePlace(_uploaded(config.file_path, access.uploads))
    raise PriceListError("No place of the list is given: spreadsheet_url, url or file_path.")


def _uploaded(given: str, uploads: Path) -> str:
    """Find a file within the folder of uploads, wherever links in the path may lead."""
    folder = uploads.resolve()
    with suppress(OSError, ValueError, RuntimeError):  # a NUL byte, a circle of links
        path = folder.joinpath(given).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return str(path)
    raise PriceListError(f"There is no file {shown(given)} among the uploads.")
