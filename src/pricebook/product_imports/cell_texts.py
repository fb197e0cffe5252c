"""Category paths and links as the text of one cell, and back.

A path is `Tools > Hammers`; a `>` in a name is doubled. Links are one `supplier;code` a line; a
text with a semicolon, a quotation mark or a line end is quoted as in CSV.
"""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

_SEPARATOR = " > "
_DOUBLED = "\0"  # in no cell
_LINK_CELLS = 2


class LinkName(NamedTuple):
    """The supplier and the code that name an item."""

    supplier: str
    code: str

    def __str__(self) -> str:
        return f"{self.code} of {self.supplier}"


def format_path(names: Sequence[str]) -> str:
    """Return a category path as a cell; that of no category is empty."""
    return _SEPARATOR.join(name.replace(">", ">>") for name in names)


def parse_path(cell: str) -> list[str]:
    """Return the names of a category path, the root first; a blank name is an empty text."""
    if not cell.strip():
        return []
    parts = cell.replace(">>", _DOUBLED).split(">")
    return [part.replace(_DOUBLED, ">").strip() for part in parts]


def format_links(links: Sequence[LinkName]) -> str:
    """Return links as a cell, one a line."""
    return "\n".join(map(_format_link, links))


def parse_links(cell: str) -> list[LinkName] | None:
    """Return the links of a cell without repetition; None if a line is not `supplier;code`."""
    lines = csv.reader(
        io.StringIO(cell, newline=""), delimiter=";", skipinitialspace=True, strict=True
    )
    links: dict[LinkName, None] = {}
    try:
        for cells in lines:
            texts = [text.strip() for text in cells]
            if not any(texts):
                continue
            if len(texts) != _LINK_CELLS or not all(texts):
                return None
            links[LinkName(*texts)] = None
    except csv.Error:
        return None
    return list(links)


def _format_link(link: LinkName) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(link)
    return text.getvalue().removesuffix("\r\n")
