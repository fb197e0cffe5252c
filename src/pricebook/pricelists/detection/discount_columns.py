"""The column of discounts: percentages, or multipliers of the price; amounts of money are none."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from pricebook.pricelists.detection import fact_cells
from pricebook.pricelists.detection.ambiguity_errors import (
    column_label,
    column_reference,
    misread_column_issue,
    misread_decisions,
    several_discounts_issue,
)
from pricebook.pricelists.detection.column_content import ColumnContent, display_text
from pricebook.pricelists.detection.counted_headers import names_further_discount
from pricebook.pricelists.detection.detection_issues import (
    DetectionIssue,
    column_setting,
    ignoring,
    setting,
)
from pricebook.pricelists.detection.discount_phrases import ABBREVIATIONS
from pricebook.pricelists.detection.discount_sample import (
    DiscountSample,
    discount_parser,
    names_multiplier,
)
from pricebook.pricelists.detection.discount_words import (
    AMOUNT_WORDS,
    DISCOUNT_AMOUNT_WORDS,
    FACTOR_RANK,
    MULTIPLIER_RANK,
)
from pricebook.pricelists.detection.header_row import RankedColumns, TableHeader
from pricebook.pricelists.detection.header_texts import header_currencies
from pricebook.pricelists.detection.header_vocabulary import FIELD_RANKS
from pricebook.pricelists.detection.header_words import field_ranks
from pricebook.pricelists.detection.price_arithmetic import (
    are_differences,
    other_numbers,
    sample_prices,
)
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.facts.discounts import has_minus_sign, parse_discounts, parse_multiplier
from pricebook.pricelists.schemas.read_config import DISCOUNT_FIELDS, Field, ReadConfig
from pricebook.pricelists.text import quote, split_header

_AMOUNTS = comparison_keys(AMOUNT_WORDS)
_DISCOUNT_AMOUNTS = comparison_keys(DISCOUNT_AMOUNT_WORDS)


class ChosenDiscount(NamedTuple):
    """The columns of discounts or of their groups, empty without one, and the reasons for doubt."""

    columns: Mapping[Field, int] = {}
    issues: tuple[DetectionIssue, ...] = ()


def mixed_signs_issue(
    header: TableHeader, index: int, content: ColumnContent
) -> DetectionIssue | None:
    """Return the issue of discounts with and without a minus sign: some may be surcharges."""
    parse = discount_parser(header.cells[index])
    discounts = [cell for cell in content.cells if parse(cell)]
    negative = next(filter(has_minus_sign, discounts), None)
    positive = next((cell for cell in discounts if not has_minus_sign(cell)), None)
    if negative is None or positive is None:
        return None
    examples = " and ".join(quote(display_text(cell).strip()) for cell in (positive, negative))
    reference = column_reference(header, index)
    return DetectionIssue(
        f"The column {column_label(header, index)} has discounts with and without a minus sign, "
        f"such as {examples}, so some may be surcharges; correct the cells, or set "
        f"{ignoring(reference)} or {setting('discount_base', 'none')} if the price includes them.",
        "discount_base",
        ("none",),
    )


class DiscountColumns:
    """Chooses the column of discounts of a table whose price and list price are known.

    `free` are the columns that are named like a discount, `columns` those of fields.
    """

    def __init__(
        self,
        header: TableHeader,
        contents: Sequence[ColumnContent],
        currency: str,
        columns: Mapping[Field, int],
        free: RankedColumns,
    ) -> None:
        self._header = header
        self._contents = contents
        self._currency = currency
        self._columns = columns
        self._free = free

    def choose(self) -> ChosenDiscount:
        """Return the column of discounts, and the issues of columns in doubt."""
        amounts = self._amounts()
        issues = tuple(map(self._amount_issue, filter(self._is_open, amounts)))
        if "discount" in self._columns:
            return ChosenDiscount(issues=issues)
        free = {i: rank for i, rank in self._free.items() if i not in amounts}
        free |= dict.fromkeys(filter(self._has_clear_discounts, self._abbreviated()), 0)
        fitting = {i: rank for i, rank in free.items() if self._fits(i, rank)}
        best = [i for i, rank in fitting.items() if rank == min(fitting.values())]
        others = [i for i in fitting if i not in best and not self._is_equal(i, best[0])]
        if len(best) > 1 or others:
            return self._several(sorted([*best, *others]), issues)
        if best and names_further_discount(split_header(self._header.cells[best[0]])):
            return ChosenDiscount(issues=(*issues, self._further_issue(best[0])))
        if best:
            return ChosenDiscount({"discount": best[0]}, issues)
        named = [i for i, rank in free.items() if rank < FACTOR_RANK]
        if named:
            return self._misread(named[0], issues)
        factors = [i for i in free if fact_cells.is_multiplier(self._content(i))]
        doubts = [*map(self._factor_issue, factors), *map(self._percent_issue, self._percentages())]
        return ChosenDiscount(issues=(*issues, *doubts))

    def _abbreviated(self) -> list[int]:
        """Return the columns without a field below an abbreviation of a discount: `Sc.`."""
        return [
            index
            for index in self._unassigned()
            if "".join(split_header(self._header.cells[index])) in ABBREVIATIONS
        ]

    def _has_clear_discounts(self, index: int) -> bool:
        """Return whether a column has discounts that are nothing else: `40+10`, `30 %`."""
        content = self._content(index)
        texts = (self._header.cells[index], *map(display_text, content.cells))
        has_sign = any("%" in text for text in texts)
        return fact_cells.is_discount(content) and (has_sign or fact_cells.has_chain(content))

    def _several(self, indices: list[int], issues: tuple[DetectionIssue, ...]) -> ChosenDiscount:
        """Return several columns one after another if the sample proves that, else their issue."""
        if len(indices) <= len(DISCOUNT_FIELDS):
            chain: dict[Field, int] = dict(zip(DISCOUNT_FIELDS, indices, strict=False))
            if self._is_proven(chain):
                return ChosenDiscount(chain, issues)
        issue = several_discounts_issue(self._header, indices)
        return ChosenDiscount(issues=(*issues, issue))

    def _is_proven(self, chain: Mapping[Field, int]) -> bool:
        """Return whether a column of prices is another one less all discounts of a chain."""
        if "price" not in self._columns:
            return False
        columns: dict[Field, int] = {**self._columns, **chain}
        sample = DiscountSample(ReadConfig(), self._header, columns, self._contents, self._currency)
        bases = (sample.find_base_of_price(), sample.find_discounted_price())
        return any(base is not None for base in bases)

    def _fits(self, index: int, rank: int) -> bool:
        """Return whether the cells of a column are what its header says."""
        content = self._content(index)
        if rank < MULTIPLIER_RANK:
            return fact_cells.is_discount(content)
        is_multiplier = fact_cells.is_multiplier(content)
        return is_multiplier and (rank < FACTOR_RANK or self._has_list_price())

    def _has_list_price(self) -> bool:
        """Return whether the price or another column is a list price."""
        price = self._columns.get("price")
        header = "" if price is None else self._header.cells[price]
        return "list_price" in self._columns or "list_price" in field_ranks(header, self._currency)

    def _is_equal(self, multiplier: int, discount: int) -> bool:
        """Return whether the multipliers of a column are what the discounts leave."""
        parsed = [
            dict(zip(content.rows, map(parse, content.cells), strict=True))
            for content, parse in (
                (self._content(multiplier), parse_multiplier),
                (self._content(discount), parse_discounts),
            )
        ]
        return parsed[0] == parsed[1]

    def _misread(self, index: int, issues: tuple[DetectionIssue, ...]) -> ChosenDiscount:
        """Return a column of discount groups, or the issue of cells that are no discounts."""
        content = self._content(index)
        if fact_cells.is_group(content):
            is_free = "discount_group" not in self._columns
            return ChosenDiscount({"discount_group": index} if is_free else {}, issues)
        example = display_text(content.cells[0]) if content.cells else ""
        expected = "write percentages such as 30, 30 % or 30+5"
        if names_multiplier(self._header.cells[index]):
            expected = "write multipliers such as 0.42"
        decisions = f"{expected}, {misread_decisions(self._header, 'discount', index)}"
        issue = misread_column_issue(self._header, "discount", index, example, decisions)
        return ChosenDiscount(issues=(*issues, issue))

    def _amounts(self) -> list[int]:
        """Return the columns of discounts in money."""
        named = self._columns.get("discount")
        taken = {i for field, i in self._columns.items() if field != "discount"}
        return [
            index
            for index, cell in enumerate(self._header.cells)
            if index not in taken | self._header.ignored
            and _names_amount(cell, self._currency, is_discount=index in {named, *self._free})
            and not self._content(index).share(lambda cell: "%" in display_text(cell))
        ]

    def _percentages(self) -> list[int]:
        """Return the columns without a field that may be discounts.

        Percentages are below an abbreviation of discounts or beside a list price only.
        """
        if "discount_group" in self._columns:
            return []
        abbreviated = self._abbreviated()
        return [
            index
            for index in self._unassigned()
            if fact_cells.are_chains(self._content(index))
            or self._is_percentage(index, is_abbreviated=index in abbreviated)
        ]

    def _unassigned(self) -> list[int]:
        """Return the columns that no field has and that no word names as one of discounts."""
        taken = {*self._columns.values(), *self._free, *self._header.ignored}
        return [index for index in range(len(self._header.cells)) if index not in taken]

    def _is_percentage(self, index: int, *, is_abbreviated: bool) -> bool:
        """Return whether a column of no field has percentages, by its header or by all cells."""
        header, content = self._header.cells[index], self._content(index)
        if field_ranks(header, self._currency):
            return False
        if is_abbreviated:
            return fact_cells.are_discounts(content)
        is_named = "%" in header or content.share(lambda cell: "%" in display_text(cell)) == 1
        is_discount = bool(content.cells) and fact_cells.is_discount(content)
        return is_named and is_discount and self._has_list_price()

    def _is_open(self, amount: int) -> bool:
        """Return whether the sample does not prove that an amount is taken off the price."""
        price = self._columns.get("price")
        if price is None:
            return False
        prices, amounts = self._prices(price), self._prices(amount)
        taken = {price, amount}
        return not any(
            are_differences(prices, self._prices(index), amounts)
            for index in other_numbers(self._header, self._contents, taken)
        )

    def _amount_issue(self, index: int) -> DetectionIssue:
        label = column_reference(self._header, index)
        return DetectionIssue(
            f"The discounts of the column {column_label(self._header, index)} are amounts of "
            "money, and only percentages are taken off: write percentages into another column, or "
            f"set {ignoring(label)} if the price includes the discount.",
            "ignored_columns",
            (label,),
        )

    def _factor_issue(self, index: int) -> DetectionIssue:
        doubt = "The prices may be multiplied by the column {} with cells below 1"
        return self._discount_question(index, doubt)

    def _percent_issue(self, index: int) -> DetectionIssue:
        doubt = "The percentages of the column {} may be discounts of the price"
        return self._discount_question(index, doubt)

    def _further_issue(self, index: int) -> DetectionIssue:
        doubt = "The discounts of the column {} may hold for some orders only"
        return self._discount_question(index, doubt)

    def _discount_question(self, index: int, doubt: str) -> DetectionIssue:
        """Return the issue of a column; `doubt` is a sentence with a place for its label."""
        label = column_reference(self._header, index)
        return DetectionIssue(
            f"{doubt.format(column_label(self._header, index))}; set "
            f"{column_setting('discount', label)} if they are, or {ignoring(label)}.",
            "column_mapping.discount",
            (label,),
        )

    def _prices(self, index: int) -> Mapping[int, Decimal]:
        return sample_prices(self._content(index), self._currency)

    def _content(self, index: int) -> ColumnContent:
        return self._contents[index] if index < len(self._contents) else ColumnContent()


def _names_amount(header: str, currency: str, *, is_discount: bool) -> bool:
    """Return whether a header names discounts in money: `Rabatt €`, `Discount amount`."""
    if "%" in header:
        return False
    if is_discount and header_currencies(header, currency) is not None:
        return True
    words = split_header(header)
    rest = "".join(word for word in words if word not in _AMOUNTS)
    is_amount = rest != "".join(words) and FIELD_RANKS["discount"].get(rest) == 0
    return is_amount or "".join(words) in _DISCOUNT_AMOUNTS
