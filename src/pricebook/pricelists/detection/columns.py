"""Assignment of columns to fields: by header, else by content inference."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from pricebook.pricelists.detection.ambiguity_errors import (
    FIELD_LABELS,
    equal_columns_issue,
    missing_columns_issue,
    several_codes_issue,
    uncertain_column_issue,
    unknown_column_issue,
)
from pricebook.pricelists.detection.code_rivals import rival_codes
from pricebook.pricelists.detection.column_content import ColumnContent, content_at, is_numeric
from pricebook.pricelists.detection.column_names import find_columns
from pricebook.pricelists.detection.content_inference import infer_column
from pricebook.pricelists.detection.currencies import currency_of_cell
from pricebook.pricelists.detection.detection_issues import DetectionIssue
from pricebook.pricelists.detection.fact_columns import FactColumns
from pricebook.pricelists.detection.header_row import ExpectedColumns, RankedColumns, TableHeader
from pricebook.pricelists.detection.header_texts import may_be_only_price, mentions_price
from pricebook.pricelists.detection.header_words import is_known_non_price_header
from pricebook.pricelists.detection.new_prices import header_date
from pricebook.pricelists.detection.price_columns import (
    UNUSABLE,
    PriceColumns,
    choose_price_columns,
    is_packing_unit,
)
from pricebook.pricelists.detection.price_competitors import taxed_columns
from pricebook.pricelists.schemas.read_config import Field

_CODE_AND_NAME: tuple[Field, ...] = ("sku", "name")
_REQUIRED: tuple[Field, ...] = ("sku", "name", "price")
_MAX_CANDIDATES = 8


class ColumnAssignment(NamedTuple):
    """Field to 0-based column, and the fields assigned by content inference.

    `tiers` are (quantity, column) ascending if the price depends on the quantity. The column of
    `next_price` holds from `next_from` on; `price_from` is the first day of the price column.
    `issues` are the reasons to refuse the price list.
    """

    columns: dict[Field, int]
    inferred_fields: tuple[Field, ...] = ()
    tiers: tuple[tuple[Decimal, int], ...] = ()
    price_from: date | None = None
    next_from: date | None = None
    issues: tuple[DetectionIssue, ...] = ()

    @property
    def tier_columns(self) -> list[int]:
        """The columns of the tiers."""
        return [index for _, index in self.tiers]


def choose_columns(
    header: TableHeader, expected: ExpectedColumns, contents: Sequence[ColumnContent] = ()
) -> ColumnAssignment:
    """Return the column of each field that has one, and the issues of those in doubt."""
    return _ColumnChooser(header, expected, contents).assignment()


class _ColumnChooser:
    """Chooses columns field by field; what is in doubt becomes an issue."""

    def __init__(
        self, header: TableHeader, expected: ExpectedColumns, contents: Sequence[ColumnContent]
    ) -> None:
        self._header = header
        self._expected = expected
        self._contents = contents
        self._issues: list[DetectionIssue] = []
        self._columns: dict[Field, int] = {}
        self._inferred: list[Field] = []
        self._doubtful: set[Field] = set()
        self._prices = PriceColumns()
        self._available = self._unmapped_candidates()

    def assignment(self) -> ColumnAssignment:
        self._check_options()
        self._choose_code_and_name()
        self._choose_prices()
        self._infer_missing_fields()
        self._choose_fact_columns()
        price = self._columns.get("price")
        return ColumnAssignment(
            columns=self._columns,
            inferred_fields=tuple(self._inferred),
            tiers=self._prices.tiers,
            price_from=(
                None if price is None else header_date(self._header, price, self._expected.currency)
            ),
            next_from=self._prices.next_from,
            issues=tuple(self._issues),
        )

    def _check_options(self) -> None:
        for field, name in self._expected.mapping.items():
            columns = self._header.candidates[field]
            if not columns:
                purpose = f"column_mapping sets for the {FIELD_LABELS[field]}"
                self._refuse(
                    field,
                    unknown_column_issue(self._header, name, f"column_mapping.{field}", purpose),
                )
            elif len(columns) > 1:
                self._refuse(field, equal_columns_issue(self._header, field, columns))
        self._issues += [
            unknown_column_issue(self._header, name, "ignored_columns")
            for name in self._expected.ignored
            if not find_columns(self._header.cells, name, self._header.parts)
        ]

    def _refuse(self, field: Field, issue: DetectionIssue) -> None:
        self._doubtful.add(field)
        self._issues.append(issue)

    def _unmapped_candidates(self) -> dict[Field, RankedColumns]:
        """Return the candidates of each field, at most 8, without columns of other fields."""
        mapping, candidates = self._expected.mapping, self._header.candidates
        mapped_columns = {index for field in mapping for index in candidates[field]}
        available: dict[Field, RankedColumns] = {}
        for field, columns in candidates.items():
            ranks = {
                index: rank if field in mapping else rank + self._penalty(field, index)
                for index, rank in columns.items()
                if field in mapping or index not in mapped_columns
            }
            best_first = sorted(ranks, key=ranks.__getitem__)[:_MAX_CANDIDATES]
            available[field] = {index: ranks[index] for index in best_first}
        return available

    def _penalty(self, field: Field, index: int) -> int:
        content = content_at(self._contents, index)
        if not any(each.filled for each in self._contents):
            return 0
        is_markup = field == "name" and content.has_markup
        return UNUSABLE if is_markup or not content.filled else 0

    def _choose_code_and_name(self) -> None:
        """Choose both together: `Artikel` is the name beside `Art.-Nr.`, the code beside `Titel`.

        A choice for both fields wins, then the better ranks. One column is used for both fields
        only if column_mapping sets that.
        """
        available, mapping = self._available, self._expected.mapping
        may_share = "sku" in mapping and "name" in mapping
        choices: dict[tuple[int, int], list[dict[Field, int]]] = {}
        for pair in product([*available["sku"], None], [*available["name"], None]):
            if pair[0] is None or pair[0] != pair[1] or may_share:
                choice: dict[Field, int] = {
                    field: index
                    for field, index in zip(_CODE_AND_NAME, pair, strict=True)
                    if index is not None
                }
                ranks = [available[field][index] for field, index in choice.items()]
                choices.setdefault((-len(ranks), sum(ranks)), []).append(choice)
        best = choices[min(choices)]
        for field in _CODE_AND_NAME:
            columns = {choice[field] for choice in best if field in choice}
            if len(columns) > 1 and field not in self._doubtful:
                self._refuse(field, equal_columns_issue(self._header, field, columns))
        chosen = best[0]
        name = chosen.get("name")
        if name is not None and "name" not in mapping and self._is_replaced_markup(name):
            del chosen["name"]
        self._check_code(chosen)
        self._columns |= chosen

    def _check_code(self, chosen: Mapping[Field, int]) -> None:
        """Refuse a code that another column may have; a set one, or one not needed, is no doubt."""
        is_settled = "sku" in self._expected.mapping or not self._expected.needs_code
        if is_settled or "sku" in self._doubtful:
            return
        if rivals := rival_codes(self._header, self._contents, chosen):
            self._refuse("sku", several_codes_issue(self._header, [chosen["sku"], *rivals]))

    def _is_replaced_markup(self, name: int) -> bool:
        """Return whether the name is HTML and another column may be the name by its content."""
        if not content_at(self._contents, name).has_markup:
            return False
        others = {index: each for index, each in self._unassigned("name").items() if index != name}
        choice, ambiguous = infer_column("name", others)
        return choice is not None or bool(ambiguous)

    def _choose_prices(self) -> None:
        self._prices = choose_price_columns(
            self._header, self._expected, self._contents, self._available
        )
        if self._prices.price is not None:
            self._columns["price"] = self._prices.price
        if self._prices.next_price is not None:
            self._columns["next_price"] = self._prices.next_price
        if self._prices.days is not None:
            self._columns["valid_from"] = self._prices.days
        for issue in self._prices.issues:
            self._refuse("price", issue)

    def _infer_missing_fields(self) -> None:
        """Assign required fields without a header by content inference, if it is unambiguous."""
        missing: list[Field] = [
            field
            for field in _REQUIRED
            if field not in self._columns
            and field not in self._doubtful
            and (field != "sku" or self._expected.needs_code)
        ]
        not_found: list[Field] = []
        for field in missing:
            choice, ambiguous = self._infer_column(field)
            if ambiguous:
                self._refuse(field, uncertain_column_issue(self._header, field, ambiguous))
            elif choice is None:
                not_found.append(field)
            else:
                self._columns[field] = choice
                self._inferred.append(field)
        if not_found:
            unassigned = self._unassigned(not_found[0])
            self._issues.append(missing_columns_issue(self._header, not_found, unassigned))

    def _unassigned(self, field: Field) -> dict[int, ColumnContent]:
        """Return the columns that content inference may use.

        A unit below the header of a name is no measure: `n x mm²` below `Abmessung`.
        """
        mapped = {
            index for name in self._expected.mapping for index in self._header.candidates[name]
        }
        titles = self._header.cells
        if field == "name" and self._header.parts:
            titles = [next(iter(parts), "") for parts in self._header.parts]
        return {
            index: content
            for index, content in enumerate(self._contents[: len(self._header.cells)])
            if index not in mapped.union(self._columns.values(), self._header.ignored)
            and not self._is_currency_column(index)
            and not is_known_non_price_header(titles[index].strip(), self._expected.currency)
        }

    def _is_currency_column(self, index: int) -> bool:
        content, currency = content_at(self._contents, index), self._expected.currency
        is_currency = content.share(lambda cell: currency_of_cell(cell, currency)) == 1
        return content.filled > 0 and is_currency

    def _infer_column(self, field: Field) -> tuple[int | None, list[int]]:
        """Infer a column by content; the price only from headers that mention one, if any do."""
        header, unassigned = self._header, self._unassigned(field)
        price_headed = [index for index in unassigned if mentions_price(header.cells[index])]
        if field != "price":
            others = {
                index: content
                for index, content in unassigned.items()
                if index not in price_headed and not (field == "name" and content.has_markup)
            }
            return infer_column(field, others)
        packing_units = [
            index
            for index, rank in self._available["price"].items()
            if is_packing_unit(rank) and index not in self._columns.values()
        ]
        if packing_units:
            return None, packing_units
        if not price_headed:
            return self._infer_price(unassigned)
        unambiguous = [
            index
            for index in price_headed
            if is_numeric(unassigned[index]) and may_be_only_price(header.cells[index])
        ]
        if len(unambiguous) == 1:
            return unambiguous[0], []
        return None, [
            index for index in unassigned if index in price_headed or is_numeric(unassigned[index])
        ]

    def _infer_price(self, unassigned: Mapping[int, ColumnContent]) -> tuple[int | None, list[int]]:
        """Infer the price where no header mentions one; headers that state a tax are in doubt."""
        used = set(self._columns.values())
        taxed = taxed_columns(self._header, self._contents, used)
        choice, ambiguous = infer_column("price", unassigned)
        if not taxed or taxed == [choice]:
            return choice, ambiguous
        return None, sorted({*taxed, *ambiguous, *([] if choice is None else [choice])})

    def _choose_fact_columns(self) -> None:
        """Choose the columns that say what the prices are and what else a row says."""
        fact_columns = FactColumns(
            self._header, self._expected, self._contents, self._available, self._prices.tiers
        )
        columns, issues = fact_columns.choose(self._columns)
        self._columns = {**columns, **self._columns}
        self._issues += issues
