"""Rows of totals: `Total: 15 pcs`, `Итого`, `Total | all | 35.50`."""

from collections.abc import Callable

from pricebook.pricelists.detection.table import DetectedTable
from pricebook.pricelists.detection.total_words import (
    LABEL_KEYS,
    TOTAL_KEYS,
    bare_words,
    is_total_label,
)
from pricebook.pricelists.detection.vocabulary import TOTAL_LABEL_WORDS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.numbers import RowProblem
from pricebook.pricelists.text import quote, split_header

_LABELS_BESIDE_CODE = LABEL_KEYS | comparison_keys(TOTAL_LABEL_WORDS)
_MAX_LENGTH = 255


class TotalRows:
    """Finds the totals among the rows of one table; `read_code` returns the code of a row."""

    def __init__(
        self, table: DetectedTable, currency: str, read_code: Callable[[list[str]], str]
    ) -> None:
        self._sku, self._name = table.columns.get("sku", -1), table.columns["name"]
        self._price = table.columns["price"]
        self._key_columns = table.key_columns
        self._names_are_codes = table.article_look is not None
        self._has_codes = not (self._names_are_codes or table.key_columns)
        self._currency = currency
        self._read_code = read_code

    def is_total(self, cells: list[str], first: int) -> bool:
        """Return whether a row is a total: `Total: 15 pcs` is, `Total Quartz 9000` is not.

        `first` is its first filled cell. Without code and price, a row that begins like one is a
        total of something.
        """
        code = self._read_code(cells)
        words = split_header(cells[first][:_MAX_LENGTH])
        has_code = code and (first != self._sku or cells[self._name].strip())
        if not words or (has_code and not self._names_are_codes):
            return False
        if not (code or cells[self._price].strip()):
            return words[0] in TOTAL_KEYS
        return words[0] in TOTAL_KEYS and LABEL_KEYS.issuperset(bare_words(words, self._currency))

    def is_total_of_names(self, cells: list[str]) -> bool:
        """Return whether the name is that of a total and nothing else identifies an article."""
        others = (cells[index] for index in self._key_columns if index != self._name)
        return not any(map(str.strip, others)) and self.is_total(cells, self._name)

    def names_sum(self, code: str) -> bool:
        """Return whether a code is a word for totals."""
        if code[-1].isdigit() or not (self._has_codes and code[0].isalpha()):
            return False
        return is_total_label(code, self._currency)

    def is_total_beside_sum(self, name: str) -> bool:
        """Return whether a name beside a word for totals is that of no article: `all`."""
        return _LABELS_BESIDE_CODE.issuperset(bare_words(split_header(name), self._currency))


def sum_as_code(code: str) -> RowProblem:
    """Return the problem of an article whose code is a word for totals."""
    return RowProblem(
        "missing_sku",
        f"The article code {quote(code)} is a word for totals: write the code of the article, "
        "or remove the row if it is none.",
    )
