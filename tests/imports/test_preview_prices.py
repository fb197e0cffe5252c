"""The rows of previews: prices with their tax, and the first rows of each table."""

from datetime import date

import msgspec
import pytest

import builders
from preview_fixtures import Previews
from pricebook.db.database import Connection
from pricebook.imports import preview_service
from pricelists.workbooks import workbook_of
from worker_fixtures import RunningWorker


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Price incl. VAT;VAT rate", ("True", "20.00")),
        ("Price excl. VAT;VAT rate", ("False", "20.00")),
        ("Price;VAT rate", ("None", "20.00")),
        ("Price incl. VAT;Note", ("True", "None")),
    ],
)
async def test_new_price_has_its_tax(
    conn: Connection,
    previews: Previews,
    running_worker: RunningWorker,
    header: str,
    expected: tuple[str, str],
) -> None:
    text = f"Article code;Name;{header}\nA-1;Hammer;12.00;20\nA-2;Saw;8.40;20\n"
    async with running_worker():
        preview_id = await previews.upload(await builders.supplier(conn), text)
        _, result = await previews.read(preview_id)
    first = result.added[0]
    assert (str(first.vat_included), str(first.vat_rate)) == expected


async def test_later_price_of_a_new_article(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    text = (
        "Article code;Name;Price;new;new from\nA-1;Hammer;12.00;12.60;2099-02-01\nA-2;Saw;8.40;;\n"
    )
    async with running_worker():
        preview_id = await previews.upload(await builders.supplier(conn), text)
        _, result = await previews.read(preview_id)
    first, second = result.added
    assert (str(first.next_price), first.next_from) == ("12.60", date(2099, 2, 1))
    assert (second.next_price, second.next_from) == (None, None)


async def test_new_price_has_what_it_is_for(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    text = "Article code;Name;Unit;Brand;Price per 100\nA-1;Screw;pcs;Acme;12.50\n"
    async with running_worker():
        preview_id = await previews.upload(await builders.supplier(conn), text)
        _, result = await previews.read(preview_id)
    (added,) = result.added
    assert (str(added.new_price), msgspec.json.decode(added.details or "")) == (
        "0.125",
        {"list_price": 12.5, "price_quantity": 100, "unit": "H87"},
    )


async def test_first_rows_are_those_of_each_table(
    conn: Connection, previews: Previews, running_worker: RunningWorker
) -> None:
    header = ["Code", "Name", "Price"]
    further = [[], ["Price per 100", "Code", "Name", "Colour"], [40, "A-3", "Nut", "red"]]
    content = workbook_of(
        Tools=[header, ["A-1", "Hammer", 12.5], ["A-2", "Saw", 7], *further],
        Small=[["Price", "Code", "Name"], [0.98, "B-1", "Nail"], [1.02, "B-2", "Lug"]],
    )
    async with running_worker():
        preview_id = await previews.upload(await builders.supplier(conn), content)
        await previews.read(preview_id)
        answer = {"sheet_names": ["Tools", "Small"]}
        await preview_service.answer(previews.database, preview_id, [answer])
        _, result = await previews.read(preview_id)
    assert [(each.name, each.first_row, each.rows) for each in result.sheets] == [
        ("Tools", 1, [(1, header), (2, ["A-1", "Hammer", "12.5"]), (3, ["A-2", "Saw", "7"])]),
        ("Tools", 5, [(5, further[1]), (6, ["40", "A-3", "Nut", "red"])]),
        ("Small", None, [(1, ["Price", "Code", "Name"]), *SMALL]),
    ]


SMALL = [(2, ["0.98", "B-1", "Nail"]), (3, ["1.02", "B-2", "Lug"])]
