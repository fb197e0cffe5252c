"""Data sets with truth for bench/matching.py: folders of CSV files, and the project's demo."""

import csv
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from pricebook.matching.scoring.texts import Article
from pricebook.pricelists import ItemRow, ReadConfig, read

DEMO = Path(__file__).parents[1] / "src/pricebook/cli/demo"
DEMO_EUR_RATE = 1.25
VISIBLE = 0.5
# Columns of the files of a folder, by what they are of an article.
COLUMNS = {
    "name": ("name", "title"),
    "brand": ("brand", "manufacturer"),
    "mpn": ("mpn", "modelno"),
    "gtin": ("gtin", "ean"),
    "category": ("category",),
    "text": ("description", "text"),
    "code": ("code",),
    "pack_size": ("pack_size",),
    "price": ("price",),
}


class Item(NamedTuple):
    """An item of a supplier."""

    supplier: str
    article: Article


class DataSet(NamedTuple):
    """Products, items by id, and the product of items whose truth is known.

    Truth may name a product that the catalog lacks. `base` is the name of the set, hidden or not.
    """

    name: str
    base: str
    products: Mapping[str, Article]
    items: Mapping[str, Item]
    truth: Mapping[str, str]

    @property
    def suppliers(self) -> list[str]:
        """The names of the suppliers."""
        return sorted({item.supplier for item in self.items.values()})


def load_folder(folder: Path) -> DataSet:
    """Return the set of a folder: two files of articles and one that begins with `gt`.

    The first column of the truth (`D1`) names products, the second (`D2`) items; which file is
    which follows from the ids and, where both fit, from the order of the file names.
    """
    truth_file = next(folder.glob("gt*.csv"))
    files = sorted(path for path in folder.glob("*.csv") if path != truth_file)
    pairs = [(row["D1"], row["D2"]) for row in read_rows(truth_file)]
    first, second = ({row["id"]: row for row in read_rows(path)} for path in files)
    if 2 * sum(one in first and two in second for one, two in pairs) < len(pairs):
        first, second = second, first
    products = {key: make_article(row, with_text=False) for key, row in first.items()}
    items = {
        key: Item(row.get("supplier", "supplier"), make_article(row)) for key, row in second.items()
    }
    return DataSet(folder.name, folder.name, products, items, {two: one for one, two in pairs})


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file whose delimiter follows the first column name."""
    with path.open(encoding="utf-8", newline="") as file:
        header = file.readline()
        file.seek(0)
        delimiter = next(char for char in header if not char.isalnum())
        return list(csv.DictReader(file, delimiter=delimiter))


def make_article(row: Mapping[str, str], *, with_text: bool = True) -> Article:
    """Return the article of a row. A product has no text beside its fields."""
    cells = {
        field: next((row[name] for name in names if row.get(name)), "")
        for field, names in COLUMNS.items()
    }
    return Article(
        name=cells["name"],
        code=cells["code"],
        brand=cells["brand"] or None,
        mpn=cells["mpn"] or None,
        gtin=cells["gtin"] or None,
        category=cells["category"] or None,
        text=cells["text"] if with_text else "",
        price=to_price(cells["price"]),
        pack_size=to_price(cells["pack_size"]),
    )


def to_price(cell: str) -> float | None:
    """Return a price over 0, None without one."""
    try:
        return float(cell) or None
    except ValueError:
        return None


def load_demo() -> DataSet:
    """Return the demo: its products, the items of its price lists, its links."""
    products = {
        row["internal_sku"]: Article(
            row["name"],
            code=row["internal_sku"],
            category=f"{row['parent_category']} {row['category']}",
            price=to_price(row["target_price"]),
        )
        for row in read_rows_of_demo("products.csv")
    }
    items = dict[str, Item]()
    for supplier in read_rows_of_demo("suppliers.csv"):
        config = msgspec.convert(json.loads(supplier["source_config"] or "{}"), ReadConfig)
        for row in read(DEMO / supplier["file"], config=config).rows():
            if isinstance(row, ItemRow):
                key = f"{supplier['name']}/{row.supplier_sku}"
                items[key] = Item(supplier["name"], demo_article(row))
    links = read_rows_of_demo("links.csv")
    truth = {f"{row['supplier']}/{row['supplier_sku']}": row["internal_sku"] for row in links}
    return DataSet(
        "demo", "demo", products, items, {key: truth[key] for key in truth if key in items}
    )


def read_rows_of_demo(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of the demo, which may have commas in the first column name."""
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def demo_article(row: ItemRow) -> Article:
    """Return the article of a row of a price list."""
    details = row.details
    price = float(row.price) if row.price else None
    if price and row.currency == "EUR":
        price *= DEMO_EUR_RATE
    return Article(
        name=row.name,
        code=row.supplier_sku,
        brand=details.brand if details else None,
        mpn=details.mpn if details else None,
        gtin=details.gtin if details else None,
        category=row.category,
        text=" ".join(text for text in row.characteristics.values() if text),
        price=price,
        pack_size=float(details.pack_size) if details and details.pack_size else None,
    )


def hide_half(data: DataSet, seed: int = 0) -> DataSet:
    """Return a set without half of its products; the truth of the items stays."""
    random = Random(seed)
    products = {key: each for key, each in data.products.items() if random.random() < VISIBLE}
    return data._replace(name=f"{data.name}, half hidden", products=products)


def linked_items(data: DataSet, supplier: str) -> dict[str, list[str]]:
    """Return the items of other suppliers by their product, as if they were linked."""
    linked = dict[str, list[str]]()
    for item_id, product_id in data.truth.items():
        if data.items[item_id].supplier != supplier:
            linked.setdefault(product_id, []).append(item_id)
    return linked


def count_suppliers(data: DataSet) -> Counter[str]:
    """Return the number of items by supplier."""
    return Counter(item.supplier for item in data.items.values())
