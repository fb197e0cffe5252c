"""What a row says about its article beside the price: identifiers, stock, texts."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pricebook.pricelists.cell_cache import CellCache
from pricebook.pricelists.detection.characteristics import column_title
from pricebook.pricelists.detection.column_names import column_letters
from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.facts.availability import (
    find_time_unit_days,
    parse_lead_time_days,
    parse_stock,
)
from pricebook.pricelists.facts.gtin import parse_gtin
from pricebook.pricelists.row_fields import RowFields
from pricebook.pricelists.schemas.price_list_rows import Availability
from pricebook.pricelists.schemas.read_config import Field

# Fields that every price list may have, read from their cells alone.
ROW_FIELDS: frozenset[Field] = frozenset({"sku", "name", "price", "category"})
_AVAILABILITY: tuple[Field, ...] = ("stock", "lead_time")
_IDENTIFIERS: tuple[Field, ...] = ("gtin", "mpn")


class RowInformation:
    """Reads what decides no price from the rows of a table."""

    def __init__(self, table: DetectedTable, fields: RowFields) -> None:
        self._fields = fields
        self._identifiers: list[Field] = [field for field in _IDENTIFIERS if fields.has(field)]
        self._titles = _titles_of_fields(table)
        self._emptied = _emptied_titles(table)
        self._parse_lead_time = partial(parse_lead_time_days, unit_days=_lead_time_unit(table))
        columns = [table.columns[field] for field in _AVAILABILITY if fields.has(field)]
        # Whether rows say nothing of it.
        self.is_empty = not (columns or self._identifiers)
        parse = self._parse_availability if columns else _no_availability
        self.availability = CellCache(columns, parse).read

    def identifiers(self, cells: list[str]) -> dict[str, Any]:
        """Return those fields of `PriceDetails` that identify the article elsewhere."""
        found: dict[str, Any] = {}
        for field in self._identifiers:
            if text := self._fields.text(cells, field):
                found |= {"mpn": text} if field == "mpn" else _gtin(text)
        return found

    def characteristics(self, unread: Mapping[Field, str]) -> dict[str, str | None]:
        """Return the unread cells by their titles, None for the other columns of fields."""
        if not unread:
            return self._emptied
        return self._emptied | {self._titles[field]: text for field, text in unread.items()}

    def _parse_availability(self, cells: list[str]) -> tuple[Availability | None, dict[Field, str]]:
        """Return stock and lead time, and the text of a lead time that is not understood."""
        fields = self._fields
        unread: dict[Field, str] = {}
        stock = parse_stock(fields.cell(cells, "stock"), fields.decimal_mark)
        days = fields.parsed(cells, "lead_time", self._parse_lead_time, unread)
        return Availability(
            stock=stock.quantity, stock_text=stock.text, lead_time_days=days
        ), unread


def _no_availability(_: list[str]) -> tuple[Availability | None, dict[Field, str]]:
    return None, {}


def _gtin(text: str) -> dict[str, str]:
    gtin = parse_gtin(text)
    return {"gtin": gtin} if gtin else {"gtin_text": text}


def _titles_of_fields(table: DetectedTable) -> dict[Field, str]:
    """Return the titles under which cells of fields that are not understood are kept.

    A column that is a characteristic itself keeps its cells there.
    """
    taken = {title for title, _ in table.characteristics}
    titles: dict[Field, str] = {
        field: column_title(table.headers[index]) or f"column {column_letters(index)}"
        for field, index in table.columns.items()
        if field not in ROW_FIELDS
    }
    return {
        field: f"{title} ({field})" if title in taken else title for field, title in titles.items()
    }


def _emptied_titles(table: DetectedTable) -> dict[str, str | None]:
    """Return the titles of the columns of fields, without text: an earlier text is removed."""
    columns = {index for field, index in table.columns.items() if field not in ROW_FIELDS}
    columns |= {index for _, index in table.tiers}
    titles = {column_title(table.headers[index]) for index in columns}
    return dict.fromkeys(sorted(titles - {"", *(title for title, _ in table.characteristics)}))


def _lead_time_unit(table: DetectedTable) -> int:
    """Return the days of the unit that the header of the lead times names, default 1."""
    index = table.columns.get("lead_time")
    return 1 if index is None else find_time_unit_days(table.headers[index]) or 1
