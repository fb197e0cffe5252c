"""Rows of unmatched items with their suggestions, as the queue shows them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from msgspec import Struct

from pricebook.matching.schemas import Band, MatchItem, SuggestedMatch, SuggestedProduct

# Rivals are shown of the best suggestion only: those that are still suggested.
DETAILS: LiteralString = """
    SELECT item.id, item.supplier_id, supplier.name AS supplier_name, item.supplier_sku, item.name,
        item.current_price, item.absent_since, product.id AS product_id, product.internal_sku,
        product.name AS product_name, product.target_price, suggestion.score, suggestion.band,
        suggestion.reasons, suggestion.objections,
        ARRAY(
            SELECT concat(rival.name, ' (', rival.internal_sku, ')')
            FROM match_suggestions AS other JOIN products AS rival ON rival.id = other.product_id
            WHERE other.supplier_item_id = item.id AND other.product_id = ANY (suggestion.rivals)
                AND suggestion.product_id = best_product_id
            ORDER BY other.place LIMIT 2
        ) AS rivals,
        ARRAY(
            SELECT concat(rival.supplier_sku, ' ', rival.name)
            FROM match_suggestions AS other
            JOIN supplier_items AS rival ON rival.id = other.supplier_item_id
            WHERE other.product_id = product.id
                AND other.supplier_item_id = ANY (suggestion.rival_items)
                AND suggestion.product_id = best_product_id
            ORDER BY other.score DESC, rival.supplier_sku LIMIT 2
        ) AS rival_items,
        ARRAY(
            SELECT sibling.supplier_sku FROM supplier_items AS sibling
            WHERE sibling.product_id = product.id AND sibling.supplier_id = item.supplier_id
            ORDER BY sibling.created_at, sibling.id LIMIT 5
        ) AS same_supplier_skus, suggestion.place
    FROM supplier_items AS item
    JOIN suppliers AS supplier ON supplier.id = item.supplier_id
    LEFT JOIN match_items AS examined ON examined.supplier_item_id = item.id
    LEFT JOIN match_suggestions AS suggestion ON suggestion.supplier_item_id = item.id
    LEFT JOIN products AS product ON product.id = suggestion.product_id
"""


class MatchRow(Struct, frozen=True):
    """An item and one of its suggestions, if it has any."""

    id: UUID
    supplier_id: UUID
    supplier_name: str
    supplier_sku: str
    name: str
    current_price: Decimal
    absent_since: datetime | None
    product_id: UUID | None
    internal_sku: str
    product_name: str
    target_price: Decimal | None
    score: float
    band: Band
    reasons: list[str]
    objections: list[str]
    rivals: list[str]
    rival_items: list[str]
    same_supplier_skus: list[str]
    place: int

    def item(self) -> MatchItem:
        """Return the item."""
        return MatchItem(
            self.id,
            self.supplier_id,
            self.supplier_name,
            self.supplier_sku,
            self.name,
            self.current_price,
            self.absent_since,
        )

    def suggestions(self) -> list[SuggestedProduct]:
        """Return the suggestion; none of an item without one."""
        if self.product_id is None:
            return []
        suggestion = SuggestedProduct(
            self.product_id,
            self.internal_sku,
            self.product_name,
            self.target_price,
            self.score,
            self.band,
            self.reasons,
            [
                *self.objections,
                *(f"also likely: {product}" for product in self.rivals),
                *(f"also likely for {item}" for item in self.rival_items),
            ],
            self.same_supplier_skus,
        )
        return [suggestion]


def as_match(rows: Sequence[MatchRow]) -> SuggestedMatch:
    """Return an item with its suggestions from its rows, best first."""
    return SuggestedMatch(rows[0].item(), [each for row in rows for each in row.suggestions()])
