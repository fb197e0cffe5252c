"""The location of a supplier's price list, from its source configuration."""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from pricebook.errors import PriceListError, ValidationError, body_issue, validation_error
from pricebook.pricelists.schemas.read_request import (
    FileSource,
    GoogleSheetSource,
    HttpsSource,
    PriceListSource,
)
from pricebook.pricelists.sources.address_logins import has_login
from pricebook.pricelists.text import quote
from pricebook.suppliers.source_addresses import HAS_LOGIN
from pricebook.suppliers.source_config import ADDRESS_EXPECTED, SourceConfig

SPREADSHEETS = "https://docs.google.com/spreadsheets/"
SOURCE_FIELDS = ("spreadsheet_url", "url", "file_path")


class SourceAccess(NamedTuple):
    """The settings that locating and fetching price lists depends on."""

    uploads: Path
    google_credentials_path: str | None
    google_api: str
    allow_private: bool


def address_source(address: str) -> dict[str, str]:
    """Return the source of an address; raises ValidationError if it cannot be fetched."""
    field = "spreadsheet_url" if address.startswith(SPREADSHEETS) else "url"
    try:
        msgspec.convert({field: address}, SourceConfig)
    except ValidationError as error:
        raise validation_error(body_issue("address", error.issues[0].issue)) from None
    except msgspec.ValidationError:
        raise validation_error(body_issue("address", ADDRESS_EXPECTED)) from None
    if has_login(address):
        raise validation_error(body_issue("address", HAS_LOGIN))
    return {field: address}


def resolve_source(config: SourceConfig, access: SourceAccess) -> PriceListSource:
    """Return the source of a supplier's price list.

    Raises PriceListError if none or several are configured, or a file is not in the uploads folder.
    """
    configured = [name for name in SOURCE_FIELDS if getattr(config, name) is not None]
    if len(configured) > 1:
        raise PriceListError(
            f"The source configuration has {len(configured)} sources: "
            f"{' and '.join(configured)}. Keep one of them."
        )
    if config.spreadsheet_url is not None:
        return GoogleSheetSource(
            config.spreadsheet_url, access.google_credentials_path, access.google_api
        )
    if config.url is not None:
        return HttpsSource(config.url, access.allow_private, of_supplier=True)
    if config.file_path is not None:
        return FileSource(_resolve_upload(config.file_path, access.uploads))
    raise PriceListError(
        "The source configuration has no source: set spreadsheet_url, url or file_path."
    )


def _resolve_upload(configured: str, uploads: Path) -> str:
    """Return the absolute path of a file in the uploads folder, with symbolic links resolved."""
    folder = uploads.resolve()
    with suppress(OSError, ValueError, RuntimeError):  # a NUL byte, a symbolic link loop
        path = folder.joinpath(configured).resolve()
        if path.is_relative_to(folder) and path.is_file():
            return str(path)
    raise PriceListError(f"There is no file {quote(configured)} in the uploads folder.")
