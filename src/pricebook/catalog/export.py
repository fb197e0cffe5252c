"""The catalog as a file: a JSON object a line, or a table for a spreadsheet."""

from collections.abc import Callable, Sequence

import msgspec

from pricebook import safe_csv
from pricebook.catalog.schemas import CatalogProduct


class FileFormat(msgspec.Struct, frozen=True):
    """How products are written into a file: what stands at its head, and each line."""

    name: str
    head: bytes
    write: Callable[[Sequence[CatalogProduct]], bytes]


def _as_table(products: Sequence[CatalogProduct]) -> bytes:
    return safe_csv.lines(msgspec.structs.astuple(product) for product in products).encode()


NDJSON = "application/x-ndjson"
CSV = "text/csv"
_HEAD = safe_csv.lines([CatalogProduct.__struct_fields__]).encode()
FORMATS = {
    NDJSON: FileFormat("catalog.ndjson", b"", msgspec.json.Encoder().encode_lines),
    CSV: FileFormat("catalog.csv", _HEAD, _as_table),
}
