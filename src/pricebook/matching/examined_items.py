"""What a run stores of an item."""

from collections.abc import Sequence
from uuid import UUID

from pricebook.matching.article_repository import ItemTexts
from pricebook.matching.scoring.features import named
from pricebook.matching.scoring.ranking import Suggestion
from pricebook.matching.suggestion_repository import ExaminedItem, StoredSuggestion


def examined_item(item: ItemTexts, suggestions: Sequence[Suggestion[UUID]]) -> ExaminedItem:
    """Return an item with its suggestions, certain ones first, then by their score."""
    shown = sorted(
        (each for each in suggestions if each.is_shown),
        key=lambda each: (each.band != "certain", -each.score),
    )
    return ExaminedItem(
        item.id,
        item.supplier_id,
        item.digest,
        [
            StoredSuggestion(
                each.product_id,
                place,
                each.score,
                each.band,
                each.reasons,
                each.objections,
                named(each.features),
                each.rivals,
                each.rival_items,
            )
            for place, each in enumerate(shown, start=1)
        ],
    )
