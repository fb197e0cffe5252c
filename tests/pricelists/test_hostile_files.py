"""Damaged and hostile files: each is refused with one sentence that names the reason."""

import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_STORED, ZipFile

import msgspec
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pricebook.errors import PriceListError
from pricebook.pricelists.reader import open_price_list
from pricebook.pricelists.schemas.read_request import ReadLimits
from pricelists.price_lists import csv_text, read_price_list, read_request, rows_or_error_message
from pricelists.workbooks import (
    HEADER,
    MAIN,
    RAW_HEADER,
    ods_content,
    ods_of,
    raw_row,
    raw_xlsx,
    relationships,
    text_cell,
    xls_of,
    xlsx_of,
    zipped,
)

LIST = [HEADER, ["A1", "Lamp", 5.5], ["A2", "Cable", 7]]
ARTICLE = RAW_HEADER + raw_row(2)
DATA = Path(__file__).parents[1] / "data"


def rejection_message(content: str | bytes, tmp_path: Path, **limits: int) -> str:
    """Read a file that must be refused; return the error message."""
    path = tmp_path / "list.xlsx"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    request = msgspec.structs.replace(read_request(path), limits=ReadLimits(**limits))
    with pytest.raises(PriceListError) as raised:
        list(open_price_list(request).rows())
    assert "\n" not in raised.value.message
    return raised.value.message


def test_format_is_detected_by_content_if_the_extension_is_wrong(tmp_path: Path) -> None:
    for name, content in (("a.xlsx", csv_text("1;Lamp;5").encode()), ("a.csv", xlsx_of(LIST))):
        path = tmp_path / name
        path.write_bytes(content)
        assert [row.outcome for row in open_price_list(read_request(path)).rows()][1] == "item"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"<html><table><tr><td>sku</td></tr></table></html>", "an HTML or XML page"),
        (b'{"sku": "1", "price": 5}', "is JSON"),
        (b'[ {"sku": "1"} ]', "is JSON"),
        (b"PK\x03\x04" + b"\0" * 40, "damaged or cut off: file is not a zip file"),
        (zipped({}), "a zip archive without a workbook"),
        (zipped({"list.csv": "sku;name;price\n1;Lamp;5\n"}), "a zip archive without a workbook"),
        (
            zipped(
                {
                    "_rels/.rels": relationships({"a": ("officeDocument", "word/document.xml")}),
                    "word/document.xml": "<document/>",
                }
            ),
            "a zip archive without a workbook",
        ),
        (
            zipped(
                {
                    "_rels/.rels": relationships({"a": ("officeDocument", "xl/workbook.bin")}),
                    "xl/workbook.bin": b"\0",
                }
            ),
            "a binary workbook",
        ),
        (zipped({"content.xml": ods_content("<office:text/>")}), "but not a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "xls"),
    ],
)
def test_unsupported_content_is_named(content: bytes, expected: str, tmp_path: Path) -> None:
    assert expected in rejection_message(content, tmp_path)


def test_file_with_a_password_is_refused(tmp_path: Path) -> None:
    encrypted = "<encryption-data/>"
    manifest = f"<manifest><file-entry>{encrypted}</file-entry></manifest>"
    ods = zipped({"content.xml": b"\x8f\0\x12", "META-INF/manifest.xml": manifest})
    assert "has a password" in rejection_message(ods, tmp_path)
    locked_xls = xls_of(LIST).replace(b"\xe1\0\2\0\xb0\4", b"\x2f\0\2\0\0\0")
    assert "it has a password" in rejection_message(locked_xls, tmp_path)
    ole2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
    assert "has a password" in rejection_message(
        ole2 + "EncryptedPackage".encode("utf-16-le"), tmp_path
    )


@pytest.mark.parametrize("write", [xlsx_of, xls_of, ods_of])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_truncated_file_is_refused(write: Any, part: float, tmp_path: Path) -> None:
    complete = write([HEADER, *([f"A{number}", f"Lamp {number}", 5] for number in range(500))])
    assert "list.xlsx" in rejection_message(complete[: int(len(complete) * part)], tmp_path)


def test_damaged_part_is_refused(tmp_path: Path) -> None:
    for sheet in (
        "<row r='1'><c r='A1'",
        "<row r='x'/>",
        "<row r='1'><c r='?1'><v>1</v></c></row>",
    ):
        assert "damaged" in rejection_message(raw_xlsx(sheet), tmp_path)
    string = '<row r="1"><c r="A1" t="s"><v>7</v></c></row>'
    assert "damaged" in rejection_message(raw_xlsx(string), tmp_path)
    out_of_order = f'<row r="1">{text_cell("B1", "x")}{text_cell("A1", "x")}</row>'
    assert "the cell A1 twice or out of order" in rejection_message(
        raw_xlsx(out_of_order), tmp_path
    )
    from_the_end = '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'
    strings = {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>x</t></si></sst>'}
    assert "damaged" in rejection_message(raw_xlsx(from_the_end, parts=strings), tmp_path)
    assert "row 1 after row 1" in rejection_message(raw_xlsx('<row r="1"/><row r="1"/>'), tmp_path)


def test_wrong_checksum_is_refused(tmp_path: Path) -> None:
    content = xlsx_of(LIST, constant_memory=True)
    position = content.index(b"PK\x01\x02")
    while position >= 0:  # the checksum of every part, in the directory at the end
        content = content[: position + 16] + b"\1\2\3\4" + content[position + 20 :]
        position = content.find(b"PK\x01\x02", position + 20)
    assert "damaged" in rejection_message(content, tmp_path)


def test_missing_part_is_refused(tmp_path: Path) -> None:
    content = zipped({"_rels/.rels": relationships({"a": ("officeDocument", "xl/workbook.xml")})})
    assert "without a workbook" in rejection_message(content, tmp_path)
    parts = {"xl/_rels/workbook.xml.rels": relationships({})}
    assert "no sheet with cells" in rejection_message(raw_xlsx(ARTICLE, parts=parts), tmp_path)


def test_unusual_compression_and_encrypted_parts_are_refused(tmp_path: Path) -> None:
    file = BytesIO()
    with ZipFile(BytesIO(raw_xlsx(ARTICLE))) as source, ZipFile(file, "w", ZIP_BZIP2) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    assert "uses a compression method" in rejection_message(file.getvalue(), tmp_path)
    locked = raw_xlsx(ARTICLE).replace(
        b"PK\x01\x02\x14\x03\x14\0\0\0", b"PK\x01\x02\x14\x03\x14\0\1\0"
    )
    assert "encrypted" in rejection_message(locked, tmp_path)


def _bomb(declared: int | None) -> bytes:
    """Compress 32 MiB of blanks into a sheet; let the archive declare another size in bytes."""
    content = raw_xlsx(" " * (32 * 1024 * 1024) + ARTICLE)
    if declared is None:
        return content
    name = b"xl/worksheets/sheet1.xml"
    offset = content.rindex(name) - 46  # its entry in the directory
    return content[: offset + 24] + struct.pack("<I", declared) + content[offset + 28 :]


@pytest.mark.parametrize("name", ["xl/worksheets/sheet1.xml", "XL/WORKSHEETS\\SHEET1.XML"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_part_is_refused(name: str, tmp_path: Path) -> None:
    file = BytesIO(raw_xlsx(ARTICLE))
    with ZipFile(file, "a") as archive:
        archive.writestr(name, "<worksheet/>")
    assert "holds two files of the same name" in rejection_message(file.getvalue(), tmp_path)


def test_workbook_with_too_many_sheets_is_refused(tmp_path: Path) -> None:
    sheet = '<sheet name="{0}" sheetId="{0}" r:id="rId1"/>'
    sheets = "".join(map(sheet.format, range(2, 1002)))
    content = _changed_part(
        raw_xlsx(ARTICLE), lambda part: part.replace(b"</sheets>", f"{sheets}</sheets>".encode())
    )
    assert "more than 1,000 sheets" in rejection_message(content, tmp_path)
    content = ods_of(*([[*LIST]] * 1001))
    assert "more than 1,000 sheets" in rejection_message(content, tmp_path)


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    message = rejection_message(_bomb(None), tmp_path, mebibytes=1)
    assert message == "list.xlsx has 32 MiB when unpacked; at most 10 MiB are read."


def test_zip_bomb_is_unpacked_only_to_its_declared_size(tmp_path: Path) -> None:
    assert "damaged" in rejection_message(_bomb(1000), tmp_path, mebibytes=1)


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;&x;&x;">]>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "http://127.0.0.1/a.dtd">',
    ],
)
def test_xml_entities_and_external_dtds_are_refused(doctype: str, tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{ARTICLE}</sheetData></worksheet>'
    parts = {"xl/worksheets/sheet1.xml": doctype + sheet}
    assert "declares a document type" in rejection_message(raw_xlsx("", parts=parts), tmp_path)
    assert "declares a document type" in rejection_message(
        zipped({"content.xml": doctype + ods_content("")}), tmp_path
    )


def test_external_links_and_macros_are_ignored() -> None:
    targets = {
        "rId1": ("worksheet", "worksheets/sheet1.xml"),
        "rId9": ("externalLink", "externalLinks/externalLink1.xml"),
        "rId8": ("vbaProject", "vbaProject.bin"),
    }
    parts = {"xl/_rels/workbook.xml.rels": relationships(targets), "xl/vbaProject.bin": "macro"}
    assert len(read_price_list(raw_xlsx(ARTICLE, parts=parts)).items) == 1


def test_cell_beyond_the_last_column_is_refused_and_the_last_row_is_read(tmp_path: Path) -> None:
    corner = f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    assert rejection_message(raw_xlsx(ARTICLE + corner), tmp_path) == (
        'The cell XFD1048576 of the sheet "Prices" is beyond the limit of 1,000 columns.'
    )
    below = f'<row r="1048576">{text_cell("A1048576", "Notes")}</row>'
    result = read_price_list(raw_xlsx(ARTICLE + below))
    assert (len(result.items), result.rows[-1].row_number) == (1, 1_048_576)


def test_millions_of_blank_columns_and_rows_are_ignored() -> None:
    blank = '<row r="3"><c r="XFD3" s="0"/></row><row r="1048576"><c r="XFD1048576"/></row>'
    size = '<dimension ref="A1:XFD1048576"/>'
    result = read_price_list(raw_xlsx(ARTICLE + blank, after=size))
    assert result.outcomes == ["ignored", "item"]
    wide = '<table:table-cell table:number-columns-repeated="2147483647"/>'
    last = '</table:table-row><table:table-row table:number-rows-repeated="2147483647">' + wide
    assert len(read_price_list(ods_of([*LIST, [wide + last]])).items) == 2


def _csv(rows: int, columns: int) -> bytes:
    lines = [";".join([*HEADER, *["x"] * (columns - 3)]), *["1;Lamp;5"] * (rows - 1)]
    return "\n".join(lines).encode()


def _table(write: Callable[[Any], bytes]) -> Callable[[int, int], bytes]:
    return lambda rows, columns: write(
        [[*HEADER, *["x"] * (columns - 3)], *[["1", "Lamp", 5]] * (rows - 1)]
    )


SIZED = {"csv": _csv, "xlsx": _table(xlsx_of), "xls": _table(xls_of), "ods": _table(ods_of)}


@pytest.mark.parametrize("kind", SIZED)
def test_number_of_rows_columns_and_bytes_is_limited(kind: str, tmp_path: Path) -> None:
    write = SIZED[kind]
    assert "more than 20 rows" in rejection_message(write(21, 3), tmp_path, rows=20)
    assert "5 columns" in rejection_message(write(2, 6), tmp_path, columns=5)
    larger = write(20, 5) + b"\n" * 1024 * 1024
    assert "1.0 MiB; at most 1 MiB are read" in rejection_message(larger, tmp_path, mebibytes=1)
    path = tmp_path / "fits"
    path.write_bytes(write(20, 5))
    request = msgspec.structs.replace(
        read_request(path), limits=ReadLimits(rows=20, columns=5, mebibytes=1)
    )
    assert len([row for row in open_price_list(request).rows() if row.outcome == "item"]) == 19


def test_ods_with_too_many_repeated_rows_or_columns_is_refused(tmp_path: Path) -> None:
    row = '</table:table-row><table:table-row table:number-rows-repeated="2000000000">'
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    content = ods_of([*LIST, [row + cell]])
    assert "more than 1,000 rows" in rejection_message(content, tmp_path, rows=1000)
    wide = cell.replace(
        "<table:table-cell", '<table:table-cell table:number-columns-repeated="9999"'
    )
    message = rejection_message(ods_of([*LIST, [wide]]), tmp_path)
    assert "beyond the limit of 1,000 columns" in message
    for count in ("0", "-5", "many"):
        malformed = cell.replace(
            "<table:table-cell", f'<table:table-cell table:number-columns-repeated="{count}"'
        )
        assert "damaged" in rejection_message(ods_of([*LIST, [malformed]]), tmp_path)


def test_size_of_the_spooled_text_is_limited(tmp_path: Path) -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>{"x" * 30_000}</t></si></sst>'
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(2, 6000))
    content = raw_xlsx(RAW_HEADER + cells, parts={"xl/sharedStrings.xml": strings})
    assert "more than 4 MiB of text" in rejection_message(content, tmp_path, mebibytes=1)


def test_length_of_a_cell_is_limited(tmp_path: Path) -> None:
    for length, outcome in ((32_767, "item"), (32_768, "rejected"), (900_000, "rejected")):
        row = raw_row(2).replace("</row>", text_cell("D2", "x" * length) + "</row>")
        header = RAW_HEADER.replace("</row>", text_cell("D1", "note") + "</row>")
        assert read_price_list(raw_xlsx(header + row)).outcomes == ["ignored", outcome]
    endless = RAW_HEADER + text_cell("A2", "x" * 9_000_000)
    assert "a cell of more than 1 MiB" in rejection_message(raw_xlsx(endless), tmp_path)


def test_merged_range_of_a_million_rows_is_read() -> None:
    ranges = "".join(f'<mergeCell ref="{c}2:{c}1048576"/>' for c in "ABC") + '<mergeCell ref="?"/>'
    content = raw_xlsx(ARTICLE + raw_row(3), after=f"<mergeCells>{ranges}</mergeCells>")
    assert read_price_list(content).outcomes == ["ignored", "item", "item"]


WORKBOOKS = {
    "xlsx": xlsx_of([*LIST, ["A3", "=1", "=A1"]], formats={0: "000"}),
    "raw": raw_xlsx(ARTICLE),
    "xls": xls_of(LIST, formats={2: "0.00"}),
    "ods": ods_of(LIST, LIST),
}


def _stored(content: bytes) -> bytes:
    """Store the parts without compression, so that mutations reach their content."""
    file = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(file, "w", ZIP_STORED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    return file.getvalue()


def _changed_part(content: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """Change the parts of an archive and compress them again, so that all checksums match."""
    with ZipFile(BytesIO(content)) as source:
        return zipped({name: change(source.read(name)) for name in source.namelist()})


EDITS = st.lists(
    st.tuples(
        st.floats(0, 0.999),
        st.integers(0, 6),
        st.one_of(
            st.binary(max_size=6),
            st.sampled_from(
                [b"<", b'"', b"</row>", b"<c>", b"-1", b"99999999999", b"\xff\xff\xff\xff", b"&#0;"]
            ),
        ),
    ),
    min_size=1,
    max_size=5,
)


def _edited(content: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for where, removed, added in edits:
        offset = int(where * len(content))
        content = content[:offset] + added + content[offset + removed :]
    return content


@pytest.mark.parametrize("kind", WORKBOOKS)
@given(edits=EDITS, inside=st.booleans())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@example(edits=[(0.0, 0, b"")], inside=False)
def test_mutated_workbook_is_read_or_raises_price_list_error(
    kind: str,
    edits: list[tuple[float, int, bytes]],
    inside: bool,  # noqa: FBT001 (a parameter of the test)
) -> None:
    content = WORKBOOKS[kind]
    if inside and kind != "xls":
        content = _changed_part(content, lambda part: _edited(part, edits))
    else:
        content = _edited(content if kind == "xls" else _stored(content), edits)
    rows = rows_or_error_message(content)
    if isinstance(rows, str):
        assert rows
        assert "\n" not in rows
    else:
        assert [row.row_number for row in rows] == list(range(1, len(rows) + 1))


@given(
    st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]), st.binary(max_size=800)
)
def test_random_bytes_after_a_workbook_signature_raise_price_list_error(
    signature: bytes, data: bytes
) -> None:
    with pytest.raises(PriceListError):
        read_price_list(signature + data)
