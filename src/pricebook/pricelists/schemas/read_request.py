"""What is to be read or fetched: sources, limits and requests to a parser process."""

from datetime import date

import msgspec

from pricebook.pricelists.schemas.profile import DetectedProfile
from pricebook.pricelists.schemas.read_config import CatalogVat, ReadConfig


class ReadLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of one price list; one that exceeds a limit is refused.

    `mebibytes` is the file size. `memory_mebibytes` and `seconds` (of processor time, and since the
    start) limit the parser process only.
    """

    mebibytes: int = 200
    rows: int = 2_000_000
    columns: int = 1_000
    memory_mebibytes: int = 512
    seconds: int = 900


class FileSource(msgspec.Struct, frozen=True, tag="file"):
    """A price list in a local file; messages use `display_name`, or the file name if not set."""

    path: str
    display_name: str | None = None


class GoogleSheetSource(msgspec.Struct, frozen=True, tag="google_sheets"):
    """A price list in a Google spreadsheet, fetched with the key file of a service account."""

    url: str
    credentials_path: str | None = None
    api: str = "https://sheets.googleapis.com"


class HttpCredentials(msgspec.Struct, frozen=True):
    """A header field that authorizes requests, sent to one origin only (`https://host:port`)."""

    origin: str
    header: str
    value: str

    def __repr__(self) -> str:
        """Leave the value out: logs and tracebacks show this text."""
        return f"HttpCredentials({self.origin}, {self.header})"


class HttpsSource(msgspec.Struct, frozen=True, tag="web"):
    """A price list at an https URL; private addresses are refused unless `allow_private`.

    `of_supplier`: credentials can be stored for it, which error messages then name.
    """

    url: str
    allow_private: bool = False
    of_supplier: bool = False
    credentials: HttpCredentials | None = None


class FetchedSheet(msgspec.Struct, frozen=True, tag="fetched_sheet"):
    """A local file with the Google Sheets API response, and the URL of the spreadsheet."""

    path: str
    url: str


PriceListSource = FileSource | GoogleSheetSource | HttpsSource
LocalSource = FileSource | FetchedSheet


class CorrectionRequest(msgspec.Struct, frozen=True):
    """The id of a task whose rejected rows a file has, and the profile that they are read with."""

    task_id: str
    profile: DetectedProfile


class ReadRequest(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """One price list to read. A remote source is fetched into a local file first.

    `currency` is the ISO 4217 code of the catalog, `catalog_vat` the VAT basis of its prices.
    `previous_profile` is the profile of the supplier's previous price list, whose columns must not
    have moved. `today` decides between a present and an upcoming price; default the date in UTC.
    With `corrections`, the file has corrected rows of a task. `group_tables` are the discounts by
    group that other sheets of the file state, found while it is opened: sheet to group to chain;
    `net_mark_texts` are their texts that name marks of articles without discounts.
    `hidden_columns` are the 0-based columns that the sheet of a table hides, found in the same way.
    """

    source: PriceListSource | FetchedSheet
    currency: str
    catalog_vat: CatalogVat = "as_listed"
    today: date | None = None
    config: ReadConfig = ReadConfig()
    previous_profile: DetectedProfile | None = None
    limits: ReadLimits = ReadLimits()
    corrections: CorrectionRequest | None = None
    group_tables: dict[str, dict[str, str]] = {}
    net_mark_texts: dict[str, str] = {}
    hidden_columns: tuple[int, ...] = ()


class SampleRequest(ReadRequest, frozen=True, kw_only=True, tag=True):
    """A price list of which only the first rows of each sheet are requested, as they are."""

    sample_rows: int


class RowCellsRequest(msgspec.Struct, frozen=True):
    """Rows of a price list that was read whose cells are requested, or the struck-out ones, too."""

    row_numbers: list[int]
    with_struck: bool = False


class FetchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One remote price list to fetch into a folder."""

    source: GoogleSheetSource | HttpsSource
    limits: ReadLimits
    folder: str
