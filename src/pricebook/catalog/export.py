"""File formats of the catalog export: NDJSON and CSV."""

from collections.abc import Callable, Sequence

import msgspec

from pricebook.catalog.schemas import CatalogProduct
from pricebook.http import safe_csv


class FileFormat(msgspec.Struct, frozen=True):
    """A file format: name of the file, its first bytes, and the encoder of products."""

    name: str
    header: bytes
    encode: Callable[[Sequence[CatalogProduct]], bytes]


def _as_csv(products: Sequence[CatalogProduct]) -> bytes:
    return safe_csv.lines(msgspec.structs.astuple(product) for product in products).encode()


NDJSON = "application/x-ndjson"
CSV = "text/csv"
CSV_HEADER = safe_csv.lines([CatalogProduct.__struct_fields__]).encode()
FORMATS = {
    NDJSON: FileFormat("catalog.ndjson", b"", msgspec.json.Encoder().encode_lines),
    CSV: FileFormat("catalog.csv", CSV_HEADER, _as_csv),
}
