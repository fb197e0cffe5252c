"""The section that the rows of a table are in, also below the titles of the tables above it."""

from collections.abc import Sequence
from functools import lru_cache

from pricebook.pricelists.detection.header_texts import has_old_price_word, mentions_price
from pricebook.pricelists.detection.tax_titles import reaches_on, tax_titles
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.row_discontinued import problem_of_section
from pricebook.pricelists.row_title_discounts import own_discount_problem
from pricebook.pricelists.sections import SEPARATOR, SectionPath
from pricebook.pricelists.text import quote, split_header

_MAX_TITLE_WORDS = 3


class RowSections:
    """The current section of rows, in their order.

    `name` is its path, None before the first title. `problem` is why rows without a discount are
    rejected if discounts of titles are not set to apply, `outdated` why all rows are. `tax_titles`
    are those that state a tax: of the path, else the last one about all that follows.
    """

    def __init__(self) -> None:
        self.name: str | None = None
        self.problem: RowProblem | None = None
        self.outdated: RowProblem | None = None
        self.tax_titles: Sequence[str] = ()
        self._tax_of_all: Sequence[str] = ()
        self._path = SectionPath()

    @property
    def stored_name(self) -> str | None:
        """The path as rejected rows store it, below a title about all that follows it."""
        if self.name is None or self.tax_titles is not self._tax_of_all:
            return self.name
        return SEPARATOR.join(dict.fromkeys([*self.tax_titles, self.name]))

    def skip(self, row_number: int, *, is_blank: bool) -> None:
        """Register a blank or ignored row."""
        self._path.skip(row_number, is_blank=is_blank)

    def is_below_blank_row(self, row_number: int) -> bool:
        """Return whether the row above was registered as blank."""
        return self._path.is_below_blank_row(row_number)

    def enter(self, row_number: int, column: int, title: str) -> None:
        """Register a title; the row numbers are those of the price list, in order."""
        self._path.enter(row_number, column, title)
        self.name = self._path.category
        own = tax_titles(title)
        if own and reaches_on(title):
            self._tax_of_all = own
        self.tax_titles = tax_titles(self.name or "") or self._tax_of_all
        self.problem = own_discount_problem(self.name or "")
        section = self.name or ""
        self.outdated = outdated_problem(section) or problem_of_section(section)


@lru_cache(maxsize=1024)
def outdated_problem(section: str) -> RowProblem | None:
    """Return why rows are rejected whose section has a title such as `Old prices` in its path."""
    title = next(filter(_is_of_old_prices, section.split(SEPARATOR)), "")
    if not title:
        return None
    return RowProblem("malformed_row", f"The row is below the title {quote(title)}.")


def _is_of_old_prices(title: str) -> bool:
    is_short = len(split_header(title)) <= _MAX_TITLE_WORDS
    return is_short and mentions_price(title) and has_old_price_word(title)
