"""Columns with the first and the last days of promotions: `Promo until`, `gültig bis`.

They are recognised together with the price that they are about: a column of promotion prices that
is read, or the price itself where no other column has promotion prices.
"""

from collections.abc import Collection, Iterable, Sequence

from pricebook.pricelists.detection import fact_cells
from pricebook.pricelists.detection.ambiguity_errors import (
    column_label,
    column_reference,
    equal_columns_issue,
)
from pricebook.pricelists.detection.column_content import (
    ColumnContent,
    content_at,
    is_numeric,
)
from pricebook.pricelists.detection.column_options import price_columns_of
from pricebook.pricelists.detection.columns import ColumnAssignment
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    ignoring,
)
from pricebook.pricelists.detection.fact_collector import FactCollector
from pricebook.pricelists.detection.header_row import TableHeader
from pricebook.pricelists.detection.header_texts import split_header_with_brackets
from pricebook.pricelists.detection.period_words import BARE_WORDS
from pricebook.pricelists.detection.price_periods import (
    PricePeriod,
    names_beginning,
    names_end,
)
from pricebook.pricelists.detection.promotion_periods import (
    belongs_to_promotion,
    has_doubtful_day,
    names_promotion,
    period_of_notes,
)
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.schemas.profile import Fact
from pricebook.pricelists.schemas.read_config import Field, ReadConfig
from pricebook.pricelists.text import quote

_BARE = comparison_keys(BARE_WORDS)
# Of the filled cells, those with a digit.
_MIN_SHARE = 0.5
_MAX_SENTENCE_LENGTH = 160


def settle_promotion_days(
    assignment: ColumnAssignment,
    header: TableHeader,
    contents: Sequence[ColumnContent],
    config: ReadConfig,
) -> ColumnAssignment:
    """Return the columns with those of the days of promotions; doubts become issues."""
    columns = assignment.columns
    if "price" not in columns:
        return assignment
    found = _DayColumns(header, contents, assignment)
    prices = price_columns_of(header, config, columns["price"])
    read = [index for index in prices if names_promotion(header.cells[index])]
    issues = [
        _title_issue(header, index) for index in read if has_doubtful_day(header.cells[index])
    ]
    if read or not found.has_promotion_prices(prices):
        assigned, doubts = found.choose(prices, is_promotion=bool(read))
        issues += doubts
        columns = {**columns, **assigned}
    # The first day in the title of a promotion is not that of the other columns of the price.
    is_of_promotion = len(prices) > 1 and prices[0] in read
    return assignment._replace(
        columns=columns,
        price_from=None if is_of_promotion else assignment.price_from,
        issues=(*assignment.issues, *issues),
    )


def find_promotion_period(collector: FactCollector) -> PricePeriod:
    """Return the days of the promotion prices that a text beside the articles states."""
    sources = collector.sources
    header, price = sources.header, sources.assignment.columns.get("price")
    prices = [] if price is None else price_columns_of(header, sources.config, price)
    if not any(names_promotion(header.cells[index]) for index in prices):
        return PricePeriod()
    period, note = period_of_notes(sources.notes, sources.request.today)
    if note is not None and period != PricePeriod():
        days = "/".join(day.isoformat() if day else ".." for day in period)
        source = f"row {note.row_number}, {quote(note.text, _MAX_SENTENCE_LENGTH)}"
        collector.facts["promotion_days"] = Fact(days, "sentence", source)
    return period


def last_days_of_promotions(
    header: TableHeader, contents: Sequence[ColumnContent], assignment: ColumnAssignment
) -> int | None:
    """Return the only column of last days beside promotion prices that are not read yet."""
    found = _DayColumns(header, contents, assignment).last_days((), is_promotion=True)
    return found[0] if len(found) == 1 else None


def is_about_promotions(header: TableHeader, text: str) -> bool:
    """Return whether a text is about a column of promotion prices, not about all prices."""
    return names_promotion(text) and any(map(names_promotion, header.cells))


class _DayColumns:
    """Finds the columns of days by their titles and cells."""

    def __init__(
        self,
        header: TableHeader,
        contents: Sequence[ColumnContent],
        assignment: ColumnAssignment,
    ) -> None:
        self._header = header
        self._contents = contents
        self._columns = assignment.columns
        self._taken = {
            *assignment.columns.values(),
            *assignment.tier_columns,
            *header.ignored,
            *header.hidden,
        }

    def has_promotion_prices(self, prices: Collection[int]) -> bool:
        """Return whether columns that are not read have promotion prices by their titles."""
        return any(
            names_promotion(cell) and is_numeric(content_at(self._contents, index))
            for index, cell in enumerate(self._header.cells)
            if index not in prices
        )

    def choose(
        self, prices: Sequence[int], *, is_promotion: bool
    ) -> tuple[dict[Field, int], list[DetectionIssue]]:
        """Return the columns of the first and of the last days, and those in doubt."""
        assigned: dict[Field, int] = {}
        issues: list[DetectionIssue] = []
        days: dict[Field, list[int]] = {
            "valid_until": self.last_days(prices, is_promotion=is_promotion),
            "valid_from": self._first_days(prices) if is_promotion else [],
        }
        for field, found in days.items():
            if field in self._columns:
                continue
            if len(found) == 1:
                assigned[field] = found[0]
            elif found:
                issues.append(equal_columns_issue(self._header, field, found))
        if is_promotion and not issues and "valid_until" not in {*self._columns, *assigned}:
            others = self._unclear_days(prices, taken=assigned.values())
            issues += [_days_issue(self._header, index) for index in others]
        return assigned, issues

    def last_days(self, prices: Collection[int], *, is_promotion: bool) -> list[int]:
        """Return the columns of last days; of several, those whose titles name a promotion."""
        named = [
            index
            for index in self._days_of_promotions(prices)
            if self._ends(index) or self._has_periods(index)
        ]
        if named or not is_promotion:
            return named
        return [
            index
            for index in self._free(prices)
            if _is_bare(self._header.cells[index])
            and content_at(self._contents, index).cells
            and fact_cells.is_date(content_at(self._contents, index))
        ]

    def _first_days(self, prices: Collection[int]) -> list[int]:
        return [
            index
            for index in self._days_of_promotions(prices)
            if self._begins(index) and not (self._ends(index) or self._has_periods(index))
        ]

    def _unclear_days(self, prices: Collection[int], taken: Collection[int]) -> list[int]:
        """Return further columns of days whose titles only name a promotion."""
        return [
            index
            for index in self._days_of_promotions(prices)
            if index not in taken and fact_cells.is_date(content_at(self._contents, index))
        ]

    def _free(self, prices: Collection[int]) -> Iterable[int]:
        return (i for i in range(len(self._header.cells)) if i not in {*self._taken, *prices})

    def _days_of_promotions(self, prices: Collection[int]) -> list[int]:
        """Return the columns whose titles name a promotion and whose cells are no numbers."""
        return [
            index
            for index in self._free(prices)
            if belongs_to_promotion(self._header.cells[index])
            and not is_numeric(content_at(self._contents, index))
            and self._has_digits(content_at(self._contents, index))
        ]

    def _has_digits(self, content: ColumnContent) -> bool:
        return content.share(lambda cell: any(map(str.isdigit, cell))) >= _MIN_SHARE

    def _ends(self, index: int) -> bool:
        return names_end(split_header_with_brackets(self._header.cells[index]))

    def _begins(self, index: int) -> bool:
        return names_beginning(split_header_with_brackets(self._header.cells[index]))

    def _has_periods(self, index: int) -> bool:
        content = content_at(self._contents, index)
        return bool(content.cells) and fact_cells.are_periods(content)


def _is_bare(title: str) -> bool:
    """Return whether a title has a word for an end, and no others than those of validity."""
    words = split_header_with_brackets(title)
    return names_end(words) and all(word in _BARE or names_end([word]) for word in words)


def _title_issue(header: TableHeader, index: int) -> DetectionIssue:
    """Return the issue of a promotion whose days the title of its prices leaves open."""
    return DetectionIssue(
        f"The header {column_label(header, index)} has a date of which the order of day and month "
        "is not known; write it as 2026-12-01 or 01.12.2026, or leave the column out of "
        "price_columns.",
        "price_columns",
    )


def _days_issue(header: TableHeader, index: int) -> DetectionIssue:
    """Return the issue of days of which nothing states whether they are first or last ones."""
    reference = column_reference(header, index)
    return DetectionIssue(
        f"The column {column_label(header, index)} has days of the promotion; set "
        f"{column_setting('valid_until', reference)} if they are its last days, "
        f"{column_setting('valid_from', reference)} if they are its first days, or "
        f"{ignoring(reference)} if they are neither.",
        "column_mapping.valid_until",
        (reference,),
    )
