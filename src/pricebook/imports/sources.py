"""Where a supplier's list is, from what is set for the supplier."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pricebook.errors import PriceListError
from pricebook.pricelists.schemas import FileSource, GoogleSheetSource, HttpsSource, PriceListSource
from pricebook.pricelists.text import shown
from pricebook.suppliers.schemas import SourceConfig

_SOURCE_FIELDS = ("spreadsheet_url", "url", "file_path")


class SourceAccess(NamedTuple):
    """What this installation has and allows for reaching lists."""

    uploads: Path
    google_credentials_path: str | None
    google_api: str
    allow_private: bool


def resolve_source(config: SourceConfig, access: SourceAccess) -> PriceListSource:
    """Tell where a supplier's list is.

    Raises PriceListError when no place is set or several are, or a file is not among the uploads.
    """
    configured = [name for name in _SOURCE_FIELDS if getattr(config, name) is not None]
    if len(configured) > 1:
        raise PriceListError(
            f"The list is given in {len(configured)} places: {' and '.join(configured)}."
        )
    if config.spreadsheet_url is not None:
        return GoogleSheetSource(
            config.spreadsheet_url, access.google_credentials_path, access.google_api
        )
    if config.url is not None:
        return HttpsSource(config.url, access.allow_private)
    if config.file_path is not None:
        return FileSource(_resolve_upload(config.file_path, access.uploads))
    raise PriceListError("No place of the list is given: spreadsheet_url, url or file_path.")


def _resolve_upload(configured: str, uploads: Path) -> str:
    """Find a file within the folder of uploads, wherever links in the path may lead."""
    folder = uploads.resolve()
    with suppress(OSError, ValueError, RuntimeError):  # a NUL byte, a circle of links
        path = folder.joinpath(configured).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return str(path)
    raise PriceListError(f"There is no file {shown(configured)} among the uploads.")
