"""Assignment of columns to fields: by header, else by content inference."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from pricebook.errors import PriceListError, PriceListIssue
from pricebook.pricelists.detection.ambiguity_errors import (
    FIELD_LABELS,
    competing_columns_issue,
    equal_columns_issue,
    missing_columns_issue,
    uncertain_column_issue,
    unknown_column_issue,
)
from pricebook.pricelists.detection.column_content import ColumnContent, is_numeric
from pricebook.pricelists.detection.column_names import find_columns
from pricebook.pricelists.detection.content_inference import infer_column
from pricebook.pricelists.detection.currencies import currencies_in_text, currency_of_cell
from pricebook.pricelists.detection.fact_columns import FactColumns
from pricebook.pricelists.detection.header_row import ExpectedColumns, RankedColumns, TableHeader
from pricebook.pricelists.detection.header_words import (
    has_customer_word,
    has_next_price_word,
    has_old_price_word,
    header_statement,
    is_dated_price,
    is_known_non_price_header,
    is_other_price,
    mentions_price,
)
from pricebook.pricelists.detection.vocabulary import LIST_PRICE_RANK, UNIT_PRICE_OR_PACK_RANK
from pricebook.pricelists.facts.dates import find_date
from pricebook.pricelists.schemas import Field
from pricebook.pricelists.text import comparison_key

_CODE_AND_NAME: tuple[Field, ...] = ("sku", "name")
_REQUIRED: tuple[Field, ...] = ("sku", "name", "price")
_MAX_CANDIDATES = 8
# Added to the rank of a column without a cell, and of a column of HTML for the name.
_UNUSABLE = 1_000
_FRENCH_HEADERS = frozenset(
    (
        *("ref", "reference", "designation", "libelle", "quantite", "qte", "montant", "tva"),
        *("remise", "conditionnement", "colisage", "marque", "famille", "unite", "codearticle"),
        *("refarticle", "nom", "produit", "descriptif", "total", "totalht", "cond", "cdt"),
    )
)


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
    issues: tuple[PriceListIssue, ...] = ()


def assign_columns(
    header: TableHeader, expected: ExpectedColumns, contents: Sequence[ColumnContent] = ()
) -> ColumnAssignment:
    """Assign a column to each field.

    Raises PriceListError if code, name or price has no column, several columns match a field
    equally well, or a mapped header is missing.
    """
    assignment = choose_columns(header, expected, contents)
    if assignment.issues:
        raise PriceListError.of_issues(assignment.issues)
    return assignment


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
        self._issues: list[PriceListIssue] = []
        self._columns: dict[Field, int] = {}
        self._inferred: list[Field] = []
        self._doubtful: set[Field] = set()
        self._tiers: tuple[tuple[Decimal, int], ...] = ()
        self._next_from: date | None = None
        self._available = self._unmapped_candidates()

    def assignment(self) -> ColumnAssignment:
        self._check_options()
        self._choose_code_and_name()
        self._choose_price()
        self._infer_missing_fields()
        self._choose_fact_columns()
        price = self._columns.get("price")
        return ColumnAssignment(
            columns=self._columns,
            inferred_fields=tuple(self._inferred),
            tiers=self._tiers,
            price_from=None if price is None else self._header_date(price),
            next_from=self._next_from,
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

    def _refuse(self, field: Field, issue: PriceListIssue) -> None:
        self._doubtful.add(field)
        self._issues.append(issue)

    def _content(self, index: int) -> ColumnContent | None:
        return self._contents[index] if index < len(self._contents) else None

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
        content = self._content(index)
        has_articles = any(each.filled for each in self._contents)
        if content is None or not has_articles:
            return 0
        is_markup = field == "name" and content.has_markup
        return _UNUSABLE if is_markup or not content.filled else 0

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
        self._columns |= chosen

    def _is_replaced_markup(self, name: int) -> bool:
        """Return whether the name is HTML and another column may be the name by its content."""
        content = self._content(name)
        if not (content and content.has_markup):
            return False
        others = {index: each for index, each in self._unassigned().items() if index != name}
        choice, ambiguous = infer_column("name", others)
        return choice is not None or bool(ambiguous)

    def _choose_price(self) -> None:
        mapping, header = self._expected.mapping, self._header
        if "price" in mapping:
            columns = header.candidates["price"]
            if len(columns) == 1:
                self._columns["price"] = next(iter(columns))
            self._choose_next_price(set(columns))
            return
        self._choose_next_price(set())
        tiers = self._tier_columns()
        tier_columns = {column for _, column in tiers}
        candidates = self._present_prices(
            {
                index: rank
                for index, rank in self._available["price"].items()
                if index not in tier_columns
            }
        )
        regular = {index: rank for index, rank in candidates.items() if rank < LIST_PRICE_RANK}
        if tiers and not regular:
            self._tiers = tiers
            self._columns["price"] = tiers[0][1]
            return
        candidates = regular or self._without_packing_units(candidates)
        candidates = self._in_expected_currency(candidates)
        if not candidates:
            return
        price = self._best_price(candidates)
        if price is None:
            return
        self._columns["price"] = price
        self._check_competitors(price)
        self._check_merged_price_header(price)
        self._set_tiers(price, tiers)

    def _set_tiers(self, price: int, tiers: tuple[tuple[Decimal, int], ...]) -> None:
        """Put the price before tiers of larger quantities; refuse a tier of one piece beside it."""
        if not tiers:
            return
        if tiers[0][0] <= 1:
            self._refuse("price", equal_columns_issue(self._header, "price", [price, tiers[0][1]]))
            return
        self._tiers = ((Decimal(1), price), *tiers)

    def _tier_columns(self) -> tuple[tuple[Decimal, int], ...]:
        """Return quantity and column of the tiers, ascending; two of a quantity are in doubt."""
        mapped = {
            index for field in self._expected.mapping for index in self._header.candidates[field]
        }
        columns: dict[Decimal, list[int]] = {}
        for index, quantity in self._header.tiers.items():
            content = self._content(index)
            is_price = content is None or content.kind is None or is_numeric(content)
            if index not in mapped and is_price:
                columns.setdefault(quantity, []).append(index)
        is_single = len(columns) == 1 and not mentions_price(
            self._header.cells[next(iter(columns.values()))[0]]
        )
        if is_single:
            return ()
        for same in columns.values():
            if len(same) > 1:
                self._refuse("price", equal_columns_issue(self._header, "price", same))
        return tuple(sorted((quantity, same[0]) for quantity, same in columns.items()))

    def _header_date(self, index: int) -> date | None:
        """Return the day from which the prices of a column hold, if its header names one."""
        cell = self._header.cells[index]
        return find_date(cell) if is_dated_price(cell, self._expected.currency) else None

    def _choose_next_price(self, taken: set[int]) -> None:
        """Choose the column of the price that holds from a later day on."""
        today = self._expected.today
        later = {
            index: day
            for index in self._header.candidates["next_price"]
            if index not in taken and (day := self._header_date(index)) and today and day > today
        }
        others = self._available["price"].keys() - later.keys() | taken
        if not later or not others:
            return
        if len(later) > 1:
            self._refuse("next_price", equal_columns_issue(self._header, "next_price", later))
            return
        self._columns["next_price"], self._next_from = next(iter(later.items()))

    def _present_prices(self, candidates: RankedColumns) -> RankedColumns:
        """Return the price columns of today: without upcoming ones, else the latest new price."""
        present = {
            i: rank for i, rank in candidates.items() if i != self._columns.get("next_price")
        }
        begun = {
            index: day
            for index in present
            if has_next_price_word(self._header.cells[index]) and (day := self._header_date(index))
        }
        if not begun:
            return present
        latest = max(begun.values())
        newest = [index for index, day in begun.items() if day == latest]
        regular = {index: rank for index, rank in present.items() if rank >= LIST_PRICE_RANK}
        return {**regular, **{index: present[index] for index in newest}}

    def _without_packing_units(self, candidates: RankedColumns) -> RankedColumns:
        """Return the candidates without `PU` unless its cells are unit prices beyond doubt."""
        others = {i: rank for i, rank in candidates.items() if not _is_packing_unit(rank)}
        if others:
            return others
        kept: RankedColumns = {}
        for index, rank in candidates.items():
            content = self._content(index)
            if content is not None and content.kind == "money" and self._is_french():
                kept[index] = rank
        return kept

    def _is_french(self) -> bool:
        """Return whether another header of the row is French."""
        keys = {comparison_key(cell) for cell in self._header.cells}
        return not _FRENCH_HEADERS.isdisjoint(keys)

    def _in_expected_currency(self, candidates: RankedColumns) -> RankedColumns:
        """Return the price columns in the expected currency or none, if there are any."""
        currency = self._expected.currency
        matching = {
            index: rank
            for index, rank in candidates.items()
            if (codes := currencies_in_text(self._header.cells[index], currency)) is None
            or currency in codes
        }
        return matching or candidates

    def _best_price(self, candidates: RankedColumns) -> int | None:
        best_rank = min(candidates.values())
        best = [index for index, rank in candidates.items() if rank == best_rank]
        wanted = self._expected.vat_included
        if len(best) > 1 and wanted is not None:
            cells = self._header.cells
            fitting = [
                i for i in best if header_statement(cells[i]).vat_included == frozenset({wanted})
            ]
            best = fitting if len(fitting) == 1 else best
        if len(best) > 1:
            self._refuse("price", equal_columns_issue(self._header, "price", best))
            return None
        return best[0]

    def _check_competitors(self, price: int) -> None:
        """Refuse a price beside other prices whose headers name customers, terms or a year."""
        header, available = self._header, self._available
        known = {
            index
            for field, columns in header.candidates.items()
            for index in columns
            if field != "price"
        }
        vat = header_statement(header.cells[price]).vat_included
        competitors = [
            index
            for index, cell in enumerate(header.cells)
            if index != price
            and index not in known
            and index not in header.ignored
            and index not in header.tiers
            and index not in available["price"]
            and self._may_be_price(index, cell)
            and not (vat and header_statement(cell).vat_included not in {frozenset(), vat})
        ]
        if competitors:
            self._refuse("price", competing_columns_issue(header, "price", [price, *competitors]))

    def _may_be_price(self, index: int, cell: str) -> bool:
        content = self._content(index)
        is_number = content is not None and is_numeric(content)
        return (
            is_number
            and has_customer_word(cell)
            and not has_old_price_word(cell)
            and not is_known_non_price_header(cell, self._expected.currency)
        )

    def _check_merged_price_header(self, price: int) -> None:
        """Refuse a price header that may span further numeric columns without header."""
        covered = [price]
        for index in range(price + 1, min(len(self._header.cells), len(self._contents))):
            if self._header.cells[index].strip():
                break
            if is_numeric(self._contents[index]) and index not in self._header.ignored:
                covered.append(index)
        if len(covered) > 1:
            self._refuse("price", equal_columns_issue(self._header, "price", covered))

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
            self._issues.append(missing_columns_issue(self._header, not_found))

    def _unassigned(self) -> dict[int, ColumnContent]:
        """Return the columns that content inference may use."""
        return {
            index: content
            for index, content in enumerate(self._contents[: len(self._header.cells)])
            if index not in self._columns.values()
            and index not in self._header.ignored
            and not self._is_currency_column(index)
            and not is_known_non_price_header(
                self._header.cells[index].strip(), self._expected.currency
            )
        }

    def _is_currency_column(self, index: int) -> bool:
        content, currency = self._content(index), self._expected.currency
        return (
            content is not None
            and content.filled > 0
            and content.share(lambda cell: currency_of_cell(cell, currency)) == 1
        )

    def _infer_column(self, field: Field) -> tuple[int | None, list[int]]:
        """Infer a column by content; the price only from headers that mention one, if any do."""
        header, unassigned = self._header, self._unassigned()
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
            if _is_packing_unit(rank) and index not in self._columns.values()
        ]
        if packing_units:
            return None, packing_units
        if not price_headed:
            return infer_column(field, unassigned)
        unambiguous = [
            index
            for index in price_headed
            if is_numeric(unassigned[index]) and not is_other_price(header.cells[index])
        ]
        if len(unambiguous) == 1:
            return unambiguous[0], []
        return None, [
            index for index in unassigned if index in price_headed or is_numeric(unassigned[index])
        ]

    def _choose_fact_columns(self) -> None:
        """Choose the columns that say what the prices are and what else a row says."""
        fact_columns = FactColumns(
            self._header, self._expected, self._contents, self._available, self._tiers
        )
        columns, issues = fact_columns.choose(self._columns)
        self._columns |= columns
        self._issues += issues


def _is_packing_unit(rank: int) -> bool:
    return rank % _UNUSABLE == UNIT_PRICE_OR_PACK_RANK
