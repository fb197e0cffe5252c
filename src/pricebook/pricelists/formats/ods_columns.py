"""The hidden columns of a sheet of an OpenDocument spreadsheet."""

from collections.abc import Sequence

from pricebook.pricelists.formats.number_cells import is_narrow, parse_count

OASIS = "urn:oasis:names:tc:opendocument:xmlns"
TABLE, STYLE = f"{OASIS}:table:1.0", f"{OASIS}:style:1.0"
COLUMN = f"{TABLE} table-column"
_STYLE, _WIDTH = f"{STYLE} style", f"{STYLE} table-column-properties"
_UNITS = "abcdefghijklmnopqrstuvwxyz%"
# In the unit of the width: cm, mm, in, pt. Any visible column is wider.
_MIN_WIDTH = 0.01


class OdsColumns:
    """Collects the hidden columns from the elements in front of the rows of a sheet."""

    def __init__(self, max_columns: int) -> None:
        self._max_columns = max_columns
        self._hidden: set[int] = set()
        self._narrow_styles: set[str] = set()
        self._style = ""
        self._next = 0

    @property
    def hidden(self) -> Sequence[int]:
        """The 0-based hidden columns, ascending."""
        return sorted(self._hidden)

    def read_style(self, name: str, attributes: dict[str, str]) -> None:
        """Process an element in front of the sheets: note styles of columns without a width."""
        if name == _STYLE:
            self._style = attributes.get(f"{STYLE} name", "")
        elif name == _WIDTH:
            width = attributes.get(f"{STYLE} column-width", "").strip().rstrip(_UNITS)
            if is_narrow(width, _MIN_WIDTH):
                self._narrow_styles.add(self._style)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Process an element of the sheet."""
        if name != COLUMN:
            return
        text = attributes.get(f"{TABLE} number-columns-repeated", "1")
        last = self._next + parse_count(text, "the number of columns")
        is_visible = attributes.get(f"{TABLE} visibility", "visible") == "visible"
        if not is_visible or attributes.get(f"{TABLE} style-name") in self._narrow_styles:
            self._hidden.update(range(self._next, min(last, self._max_columns)))
        self._next = last
