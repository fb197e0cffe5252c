"""What a row says about its article beside the price: identifiers, stock, texts."""

from functools import partial

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


class RowInformation:
    """Reads what decides no price from the rows of a table."""

    def __init__(self, table: DetectedTable, fields: RowFields) -> None:
        self._fields = fields
        self._titles = _titles_of_fields(table)
        self._emptied = _emptied_titles(table)
        self._parse_lead_time = partial(parse_lead_time_days, unit_days=_lead_time_unit(table))

    def identifiers(self, cells: list[str]) -> dict[str, str | None]:
        """Return the fields of `PriceDetails` that identify the article elsewhere."""
        fields = self._fields
        gtin_text = fields.text(cells, "gtin")
        gtin = parse_gtin(gtin_text) if gtin_text else None
        return {
            "gtin": gtin,
            "gtin_text": None if gtin else gtin_text,
            "mpn": fields.text(cells, "mpn"),
            "brand": fields.text(cells, "brand"),
        }

    def availability(self, cells: list[str], unread: dict[Field, str]) -> Availability | None:
        """Return stock and lead time, None if the price list has no column for either."""
        fields = self._fields
        if not (fields.has("stock") or fields.has("lead_time")):
            return None
        stock = parse_stock(fields.cell(cells, "stock"), fields.decimal_mark)
        return Availability(
            stock=stock.quantity,
            stock_text=stock.text,
            lead_time_days=fields.parsed(cells, "lead_time", self._parse_lead_time, unread),
        )

    def characteristics(self, unread: dict[Field, str]) -> dict[str, str | None]:
        """Return the unread cells by their titles, None for the other columns of fields."""
        texts = {self._titles[field]: text for field, text in unread.items()}
        return {**self._emptied, **texts}


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
