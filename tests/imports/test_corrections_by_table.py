"""Corrected rows of a price list with several tables are read by the table that they are in."""

from decimal import Decimal

from correction_files import edited, rejected_rows
from import_fixtures import RunImport, rows
from pricebook.db.database import Connection, Database
from pricebook.tasks import history
from pricebook.tasks.correctable_tasks import RowErrorQuery
from pricebook.tasks.counts import Counts

LIST = """Code,Name,Price USD per 100,Stock
1,Screw,10.00,4
2,Nut,soon,5

Name,Code,Price USD,Colour
Saw,3,30.00,red
Axe,4,soon,blue

Code,Name,Dealer price,Partner price
5,Drill,50.00,40.00
"""
ITEMS = "SELECT supplier_sku, current_price, characteristics FROM supplier_items ORDER BY 1"


async def test_corrected_rows_are_read_by_their_table(
    run_import: RunImport, database: Database, conn: Connection
) -> None:
    first = await run_import(LIST)
    assert first.counts == Counts(new=2, rejected=3, ignored=5)

    def edit(lines: list[dict[str, str]]) -> None:
        assert [line["Code"] for line in lines] == ["2", "4", "5"]
        assert lines[2]["Dealer price"] == "50.00"
        lines[0]["Price USD per 100"] = "20.00"
        lines[1]["Price USD"] = "40.00"

    text = edited(await rejected_rows(database, first.task_id), edit)
    second = await run_import(text, corrections_of=first.task_id)
    assert second.counts == Counts(new=2, rejected=1)
    assert await rows(conn, ITEMS) == [
        ("1", Decimal("0.1"), {}),
        ("2", Decimal("0.2"), {}),
        ("3", Decimal(30), {"Colour": "red"}),
        ("4", Decimal(40), {"Colour": "blue"}),
    ]
    (left,) = (await history.list_row_errors(database, first.task_id, RowErrorQuery())).data
    assert "The table with the header in row 9 cannot be read" in left.error_message
