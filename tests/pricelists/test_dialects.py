"""One price list in eight dialects gives equal items."""

import csv
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal

import pytest

from pricelists.price_lists import read_price_list
from pricelists.workbooks import ods_of, xls_of, xlsx_of

HEADER = ["Артикул", "Наименование", "Цена, руб.", "Категория", "Цвет", "Остаток", "Вес"]


def _article(number: int) -> list[Any]:
    return [
        f"{number:05}",
        f'Лампа "№ {number}"; белая, тёплая\tяркая' if number % 10 == 0 else f"Лампа {number}",
        number * 1000 + number % 100 / 100 if number % 7 else number,
        "Лампы" if number % 2 else "Свет, кабели",
        None if number % 3 else "белый",
        number % 40,
        number / 8,
    ]


ARTICLES = [_article(number) for number in range(1, 1001)]


def _as_text(rows: list[list[Any]], mark: str = ".") -> list[list[str]]:
    def text(value: Any) -> str:
        if isinstance(value, float):
            return f"{value:.12g}".replace(".", mark)
        return "" if value is None else str(value)

    return [list(map(text, row)) for row in rows]


def _csv(mark: str = ".", quoting: Literal[0, 1] = csv.QUOTE_MINIMAL, **dialect: Any) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, **dialect).writerows(
        [HEADER, *_as_text(_with_prices_only(mark), ".")]
    )
    return text.getvalue()


def _with_prices_only(mark: str) -> list[list[Any]]:
    """Return the rows with prices in this notation; characteristics stay unchanged."""
    texts = _as_text(ARTICLES)
    for row in texts:
        row[2] = row[2].replace(".", mark)
    return texts


def _typed() -> list[list[Any]]:
    return [HEADER, *([str(row[0]), *row[1:]] for row in ARTICLES)]


DIALECTS: dict[str, Callable[[], bytes]] = {
    "semicolon, decimal comma, cp1251": lambda: _csv(",", delimiter=";").encode("cp1251"),
    "tab": lambda: _csv(delimiter="\t").encode(),
    "quoted": lambda: _csv(quoting=csv.QUOTE_ALL).encode("utf-8-sig"),
    "UTF-16": lambda: _csv(",", delimiter=";").encode("utf-16"),
    "xlsx typed": lambda: xlsx_of(_typed()),
    "xlsx as text": lambda: xlsx_of([HEADER, *_with_prices_only(",")]),
    "xls": lambda: xls_of(_typed()),
    "ods": lambda: ods_of(_typed()),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_eight_dialects_give_equal_items(dialect: str) -> None:
    result = read_price_list(DIALECTS[dialect](), currency="RUB")
    assert not result.rejected
    items = [
        [
            row.supplier_sku,
            row.name,
            row.price,
            row.category,
            row.characteristics["Цвет"],
            str(row.availability and row.availability.stock),
            row.characteristics["Вес"],
        ]
        for row in result.items
    ]
    assert items == [
        [
            *(sku, " ".join(name.split()), Decimal(price), category),
            *(text or None for text in others),
        ]
        for sku, name, price, category, *others in _as_text(ARTICLES)
    ]
