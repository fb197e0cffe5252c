"""The section that the rows of a table are in, also below the titles of the tables above it."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pricebook.pricelists.detection.header_texts import has_old_price_word, mentions_price
from pricebook.pricelists.detection.tax_titles import reaches_on, tax_titles
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.row_discontinued import problem_of_section
from pricebook.pricelists.row_title_discounts import own_discount_problem
from pricebook.pricelists.sections import SEPARATOR, SectionPath
from pricebook.pricelists.text import clean_category, quote, split_header

_MAX_TITLE_WORDS = 3


class SectionFacts(NamedTuple):
    """What titles state about the articles below them, or a category about its articles.

    `category` is that of the articles, the path of titles without a column of categories.
    `discontinued` is why all rows with a category are rejected, `outdated` why articles are: below
    a title there may be headers, too. `tax_titles` are those that state a tax: of the path of
    titles, else the last one about all that follows.
    """

    category: str | None = None
    discontinued: RowProblem | None = None
    outdated: RowProblem | None = None
    tax_titles: Sequence[str] = ()


class RowSections:
    """The current section of rows, in their order.

    `name` is its path, None before the first title. `problem` is why rows without a discount are
    rejected if discounts of titles are not set to apply, `facts` what else titles state.
    """

    def __init__(self) -> None:
        self.name: str | None = None
        self.problem: RowProblem | None = None
        self.facts = SectionFacts()
        self.facts_of_category = lru_cache(maxsize=1024)(self._facts_of_category)
        self._tax_of_all: Sequence[str] = ()
        self._path = SectionPath()

    @property
    def stored_name(self) -> str | None:
        """The path as rejected rows store it, below a title about all that follows it."""
        if self.name is None or self.facts.tax_titles is not self._tax_of_all:
            return self.name
        return SEPARATOR.join(dict.fromkeys([*self.facts.tax_titles, self.name]))

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
        section = self.name or ""
        self.problem = own_discount_problem(section)
        self.facts = SectionFacts(
            category=self.name or None,
            outdated=_outdated_problem(section) or problem_of_section(section),
            tax_titles=tax_titles(section) or self._tax_of_all,
        )
        self.facts_of_category.cache_clear()

    def _facts_of_category(self, category: str) -> SectionFacts:
        """Return what a category states, else the titles above: also of further rows with it."""
        above = self.facts
        return SectionFacts(
            clean_category(category) or None,
            problem_of_section(category),
            above.outdated or _outdated_problem(category),
            tax_titles(category) or above.tax_titles,
        )


def _outdated_problem(section: str) -> RowProblem | None:
    """Return why rows are rejected whose section has a title such as `Old prices` in its path."""
    title = next(filter(_is_of_old_prices, section.split(SEPARATOR)), "")
    if not title:
        return None
    return RowProblem("malformed_row", f"The row is below the title {quote(title)}.")


def _is_of_old_prices(title: str) -> bool:
    is_short = len(split_header(title)) <= _MAX_TITLE_WORDS
    return is_short and mentions_price(title) and has_old_price_word(title)
