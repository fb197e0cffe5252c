"""Cells that are kept as text because they are not understood: their numbers and first texts."""

from collections import Counter
from collections.abc import Iterable

from pricebook.pricelists.schemas.read_config import Field

_MAX_TEXTS = 10


class UnreadCells:
    """By field, the number of cells that are kept as text, and their first ten texts."""

    def __init__(self) -> None:
        self.counts = Counter[Field]()
        self._texts = dict[Field, dict[str, None]]()

    def add(self, cells: Iterable[tuple[Field, str]]) -> None:
        """Count the cells of a row, each with its text."""
        for field, text in cells:
            self.counts[field] += 1
            self._add_text(field, text)

    def update(self, other: "UnreadCells") -> None:
        """Add the cells that another reader of the list counted."""
        self.counts.update(other.counts)
        for field, texts in other.texts.items():
            for text in texts:
                self._add_text(field, text)

    @property
    def texts(self) -> dict[Field, tuple[str, ...]]:
        """The first texts of each field, in the order of the list."""
        return {field: tuple(texts) for field, texts in self._texts.items()}

    def _add_text(self, field: Field, text: str) -> None:
        known = self._texts.setdefault(field, {})
        if len(known) < _MAX_TEXTS:
            known[text] = None
