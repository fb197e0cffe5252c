"""Whether the rows of a sheet are those of tables side by side."""

from collections.abc import Collection, Sequence

from pricebook.pricelists.detection.blocks import is_named_header
from pricebook.pricelists.detection.column_content import filled_columns
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.notes import may_be_note
from pricebook.pricelists.detection.side_tables import Sides, find_sides
from pricebook.pricelists.detection.title_discounts import TitleDiscount, read_title_discount
from pricebook.pricelists.detection.undiscounted import excludes_discounts
from pricebook.pricelists.text import quote


class SideCheck:
    """Checks that the rows of a sheet are those of the same tables side by side.

    A text about prices in the first table only, beside further articles of another one, may be
    about either or both.
    """

    def __init__(self, sides: Sides, ignored: Collection[int]) -> None:
        self._sides = sides
        self._ignored = ignored
        self._is_below_header = False
        self._text = ""

    def problem(self, cells: Sequence[str]) -> str:
        """Return why the next row is none of the tables side by side, empty if it is."""
        columns = self._sides.columns
        filled = [index for index in filled_columns(cells) if index not in self._ignored]
        if filled and filled[-1] >= columns[-1].stop:
            return f"has a cell in column {column_letters(filled[-1])}, right of them"
        if is_named_header(cells):
            self._is_below_header, self._text = True, ""
            is_same = find_sides(cells, self._ignored) == self._sides
            is_of_one = any(set(filled) <= set(each) for each in columns)
            return "" if is_same or is_of_one else "has other titles"
        is_of_others = bool(filled) and filled[-1] >= columns[0].stop
        if self._is_below_header and len(filled) == 1 and not is_of_others:
            text = cells[filled[0]]
            self._text = text if _is_about_prices(text) else self._text
        if self._text and is_of_others:
            return f"goes on beside {quote(self._text)}, which may be about one of them or all"
        return ""


def _is_about_prices(text: str) -> bool:
    states_discount = read_title_discount(text) != TitleDiscount() or excludes_discounts(text)
    return bool(states_discount) or may_be_note(text)
