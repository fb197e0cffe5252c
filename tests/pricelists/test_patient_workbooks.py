"""Workbooks that other programs wrote carelessly: read, or refused with the true reason."""

import struct

import pytest

from pricebook.errors import PriceListError
from pricelists.price_lists import read_price_list
from pricelists.workbooks import (
    HEADER,
    MAIN,
    RAW_HEADER,
    ods_of,
    raw_row,
    raw_xlsx,
    relationships,
    text_cell,
    xls_of,
)

ARTICLE = RAW_HEADER + raw_row(2)
INDENTATION = "\n" + " " * 40
HUGE = "9" * 5_000


def refusal(content: bytes) -> str:
    with pytest.raises(PriceListError) as raised:
        list(read_price_list(content).rows)
    return raised.value.message


def with_styles(styles: str, article: str = ARTICLE) -> bytes:
    targets = {
        "rId1": ("worksheet", "worksheets/sheet1.xml"),
        "rId3": ("styles", "styles.xml"),
    }
    return raw_xlsx(
        article,
        parts={
            "xl/_rels/workbook.xml.rels": relationships(targets),
            "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>',
        },
    )


def test_indented_styles_are_read() -> None:
    formats = [f'<numFmt numFmtId="{200 + n}" formatCode="0.{"0" * n}"/>' for n in range(1, 30)]
    styles = [f'<xf numFmtId="{200 + n % 29}"/>' for n in range(2_000)]
    content = with_styles(
        f"{INDENTATION}<numFmts>{INDENTATION.join(formats)}</numFmts>"
        f"{INDENTATION}<cellXfs>{INDENTATION.join(styles)}</cellXfs>"
    )
    assert len(read_price_list(content).items) == 1


def test_indented_elements_that_are_no_cells_are_read() -> None:
    columns = INDENTATION.join(f'<col min="{n}" max="{n}"/>' for n in range(1, 3_000))
    sheet = (
        f'<worksheet xmlns="{MAIN}"><cols>{columns}</cols><sheetData>{ARTICLE}</sheetData>'
        "</worksheet>"
    )
    content = raw_xlsx("", parts={"xl/worksheets/sheet1.xml": sheet})
    assert len(read_price_list(content).items) == 1


def test_indented_relationships_and_styles_of_ods_are_read() -> None:
    styles = INDENTATION.join(f'<style:style style:name="s{n}"/>' for n in range(2_000))
    assert len(read_price_list(ods_of([HEADER, ["1", "Lamp", 5]], styles=styles)).items) == 1


def _directory_position(content: bytes, entry: int, offset: int) -> int:
    first_sector = struct.unpack_from("<i", content, 48)[0]
    return 512 + 512 * first_sector + 128 * entry + offset


def _integers_in_directory(content: bytes, entry: int, offset: int, count: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{count}i", content, _directory_position(content, entry, offset))


def _set_in_directory(content: bytes, entry: int, offset: int, value: bytes) -> bytes:
    """Overwrite bytes in an entry of the directory of an OLE2 file."""
    position = _directory_position(content, entry, offset)
    return content[:position] + value + content[position + len(value) :]


OUT_OF_RANGE = struct.pack("<i", 4_000)


CHILD, RIGHT, LEFT, TYPE, START = 76, 72, 68, 66, 116


@pytest.mark.parametrize(
    ("entry", "offset", "value"),
    [
        (0, CHILD, OUT_OF_RANGE),
        (0, CHILD, struct.pack("<i", -1)),  # no child: nothing leads to the workbook
        (1, LEFT, struct.pack("<i", 1)),  # its own sibling
        (1, RIGHT, OUT_OF_RANGE),
        (0, TYPE, b"\1"),  # the root is a storage
        (0, START, OUT_OF_RANGE),
    ],
)
@pytest.mark.parametrize("rows", [3, 400])
def test_xls_with_a_broken_directory_is_read(
    entry: int, offset: int, value: bytes, rows: int
) -> None:
    content = xls_of([HEADER, *([f"A{n}", f"Lamp {n}", n + 0.5] for n in range(rows))])
    items = read_price_list(_set_in_directory(content, entry, offset, value)).items
    assert [item.supplier_sku for item in items] == [f"A{n}" for n in range(rows)]


def test_xls_whose_workbook_is_incomplete_is_refused() -> None:
    content = xls_of([HEADER, *([f"A{n}", f"Lamp {n}", n] for n in range(400))])
    broken = _set_in_directory(content, 1, RIGHT, OUT_OF_RANGE)
    first_sector, size = _integers_in_directory(broken, 1, START, 2)
    larger = _set_in_directory(broken, 1, START + 4, struct.pack("<i", size + 10_000))
    assert "is a damaged xls workbook" in refusal(larger)
    table_sector = struct.unpack_from("<i", broken, 76)[0]
    position = 512 + 512 * table_sector + 4 * first_sector
    cyclic = broken[:position] + struct.pack("<i", first_sector) + broken[position + 4 :]
    assert "is a damaged xls workbook" in refusal(cyclic)


@pytest.mark.parametrize("name", ["number-rows-repeated", "number-columns-repeated"])
def test_absurd_repetition_of_a_blank_cell_is_read(name: str) -> None:
    cell = f'<table:table-cell table:{name}="{HUGE}"/>'
    row = f'</table:table-row><table:table-row table:{name}="{HUGE}">{cell}'
    content = ods_of([HEADER, ["1", "Lamp", 5], [row]])
    assert len(read_price_list(content).items) == 1


def test_absurd_sizes_are_refused_with_the_true_reason() -> None:
    filled = (
        f'<table:table-cell table:number-columns-repeated="{HUGE}" office:value-type="string">'
        "<text:p>x</text:p></table:table-cell>"
    )
    messages = [
        refusal(ods_of([HEADER, ["1", "Lamp", 5], [filled]])),
        refusal(raw_xlsx(f'{ARTICLE}<row r="{HUGE}">{text_cell("A9", "x")}</row>')),
        refusal(raw_xlsx(f'{ARTICLE}<row r="3"><c r="A3" t="s"><v>{HUGE}</v></c></row>')),
        refusal(raw_xlsx(f'{ARTICLE}<row r="3"><c r="{"A" * 5_000}3"><v>1</v></c></row>')),
        refusal(raw_xlsx(f'{ARTICLE}<row r="three"/>')),
        refusal(ods_of([HEADER, ['<table:table-cell table:number-rows-spanned="x"/>']])),
    ]
    expected = [
        "is beyond the limit of 1,000 columns",
        "has more than 2,000,000 rows",
        f'a cell refers to the shared string "{"9" * 60}…", there are 0',
        f'a cell is in the column "{"A" * 60}…", which is none',
        'a row number is "three", which is not a whole number',
        'number-rows-spanned in row 2 is "x", which is not a whole number',
    ]
    for message, reason in zip(messages, expected, strict=True):
        assert reason in message
        assert len(message) < 300


def test_absurd_id_of_a_number_format_is_read() -> None:
    styles = f'<cellXfs><xf numFmtId="0"/><xf numFmtId="{HUGE}"/></cellXfs>'
    article = RAW_HEADER + raw_row(2, attributes=' s="1"')
    [item] = read_price_list(with_styles(styles, article)).items
    assert item.price == 5
    message = refusal(with_styles('<cellXfs><xf numFmtId="x"/></cellXfs>'))
    assert 'the id of a number format is "x", which is not a whole number' in message
