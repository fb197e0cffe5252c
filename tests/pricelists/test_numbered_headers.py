"""Headers with a number sign, `Item #`, and columns that count: `Qty 1` beside `Price 1`."""

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.detection.header_words import field_ranks
from pricelists.fact_lists import columns_of, table_of

ROWS = (
    "AB-100;Claw hammer 16 oz;012345678905;11.25",
    "AB-101;Ball peen hammer;036000291452;13.40",
    "AB-102;Rubber mallet;042100005264;8.15",
)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        *[(f"{noun} #", "sku") for noun in ("Item", "Part", "Product", "Catalog", "SKU", "Stock")],
        *(("Item#", "sku"), ("Model #", "sku"), ("Order #", "sku"), ("UPC #", "gtin")),
        *(("Mfr Part #", "mpn"), ("Mfg #", "mpn"), ("Mfr #", "mpn")),
    ],
)
def test_number_sign_is_the_word_number(header: str, field: str) -> None:
    assert field in field_ranks(header, "USD")


@pytest.mark.parametrize("code", ["Item #", "Item#", "Item No.", "Part #", "Stock #", "SKU #"])
def test_code_is_no_barcode_and_the_name_no_code(code: str) -> None:
    columns = columns_of(table_of(f"{code};Description;UPC;Price", *ROWS))
    assert columns == {"sku": code, "name": "Description", "gtin": "UPC", "price": "Price"}


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("Qty", "Price"), ("Menge", "Preis"), ("Quantity", "Net price"), ("Кол-во", "Цена")],
)
def test_quantities_of_tiers_are_no_prices(quantity: str, price: str) -> None:
    header = ";".join(f"{quantity} {number};{price} {number}" for number in (1, 2, 3))
    rows = ("1;11.25;12;10.80;48;9.95", "1;13.40;12;12.90;48;12.10", "1;8.15;24;7.90;96;7.30")
    names = ("A-1;Claw hammer", "A-2;Ball peen hammer", "A-3;Rubber mallet")
    lines = [f"Item #;Description;{header}", *map(";".join, zip(names, rows, strict=True))]
    with pytest.raises(PriceListError) as raised:
        table_of(*lines)
    (issue,) = raised.value.issues
    assert issue.candidates == tuple(f"{price} {number}" for number in (1, 2, 3))
    chosen = table_of(*lines, column_mapping={"price": f"{price} 1"})
    assert not chosen.tiers


def test_prices_of_tiers_stay_prices() -> None:
    lines = ["Item #;Description;UPC;Qty 1;Qty 12;MSRP", *(f"{row};7.95;19.99" for row in ROWS)]
    assert [quantity for quantity, _ in table_of(*lines).tiers] == [1, 12]
