"""Files that exhaust time or memory: each is refused or read in linear time."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.isolation.parser_pool import ParserPool
from pricelists.price_lists import read_price_list, read_request
from pricelists.workbooks import (
    MAIN,
    RAW_HEADER,
    ods_content,
    raw_row,
    raw_xlsx,
    relationships,
    text_cell,
    zipped,
)

ARTICLE = RAW_HEADER + raw_row(2)
LONG = 3_000_000
PAIRS = " ".join(f"a{n}=''" for n in range(LONG // 6))
SPACES = " ".join(f"xmlns:a{n}='u'" for n in range(LONG // 12))
TOKENS = {
    "attribute": f'<a x="{"y" * LONG}"/>',
    "comment": f"<!--{'y' * LONG}-->",
    "processing instruction": f"<?a {'y' * LONG}?>",
    "name": f"<{'y' * LONG}/>",
    "attributes": f"<a {PAIRS}/>",
    "namespaces": f"<a {SPACES}/>",
    "blanks in a tag": f"<a {' ' * LONG}/>",
}


def _in_sheet(token: str) -> bytes:
    return raw_xlsx(ARTICLE + token)


def _in_ods(token: str) -> bytes:
    return zipped({"content.xml": ods_content(f"<office:spreadsheet>{token}</office:spreadsheet>")})


def _in_part(name: str) -> Callable[[str], bytes]:
    kinds = {
        "rId1": ("worksheet", "worksheets/sheet1.xml"),
        "rId2": ("sharedStrings", "sharedStrings.xml"),
        "rId3": ("styles", "styles.xml"),
    }
    related = {"xl/_rels/workbook.xml.rels": relationships(kinds)}
    return lambda token: raw_xlsx(
        ARTICLE, parts={**related, name: f'<x xmlns="{MAIN}">{token}</x>'}
    )


WRAPPERS: dict[str, Callable[[str], bytes]] = {
    "sheet": _in_sheet,
    "ods": _in_ods,
    "manifest": lambda token: zipped(
        {"content.xml": ods_content(""), "META-INF/manifest.xml": f"<m>{token}</m>"}
    ),
    **{
        name: _in_part(name)
        for name in (
            "xl/sharedStrings.xml",
            "xl/styles.xml",
            "xl/workbook.xml",
            "xl/_rels/workbook.xml.rels",
            "_rels/.rels",
        )
    },
}


def rejection_message(content: bytes) -> str:
    with pytest.raises(PriceListError) as error:
        read_price_list(content)
    return error.value.message


@pytest.mark.parametrize("token", TOKENS)
def test_unbounded_xml_token_is_refused_in_every_part(token: str) -> None:
    for wrap in WRAPPERS.values():
        assert "a tag or a comment of more than 1 MiB" in rejection_message(wrap(TOKENS[token]))


def test_long_comment_within_the_limit_is_read() -> None:
    comment = f"<!--{'y' * 900_000}-->"
    assert len(read_price_list(raw_xlsx(ARTICLE + comment)).items) == 1


def test_part_with_millions_of_elements_is_refused() -> None:
    for elements in ("<a/>" * 1_100_000, "<a>" * 1_100_000):
        content = zipped({"_rels/.rels": f"<r>{elements}</r>"})
        assert "more than 1,000,000 elements" in rejection_message(content)


def test_archive_with_too_many_files_is_refused() -> None:
    parts = {f"f{number}": "" for number in range(10_001)}
    assert "holds more than 10,000 files" in rejection_message(zipped(parts))


def test_text_of_many_runs_is_read_in_linear_time() -> None:
    runs = "<r><t>x</t></r>" * 600_000
    strings = f'<sst xmlns="{MAIN}"><si>{runs}</si></sst>'
    content = raw_xlsx(ARTICLE, parts={"xl/sharedStrings.xml": strings})
    assert read_price_list(content).outcomes == ["ignored", "item"]
    inline = text_cell("D2", "").replace("<t></t>", runs)
    content = raw_xlsx(RAW_HEADER + raw_row(2).replace("</row>", f"{inline}</row>"))
    assert read_price_list(content).outcomes == ["ignored", "rejected"]


async def test_millions_of_elements_are_refused_in_the_parser_process(
    parser_pool: ParserPool, tmp_path: Path
) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(zipped({"_rels/.rels": f"<r>{'<a/>' * 30_000_000}</r>"}))
    with pytest.raises(PriceListError, match="more than 1,000,000 elements"):
        async with parser_pool.opened(read_request(path)):
            pass


def test_many_combining_marks_are_read_in_linear_time() -> None:
    marks = "a" + "\u0301\u0316" * 400_000
    result = read_price_list(f"sku;name;price;{marks[:100_000]}\n1;{marks};5;x\n{marks};Lamp;5;x\n")
    assert result.outcomes == ["ignored", "rejected", "rejected"]


def test_cyclic_chain_of_xls_sectors_is_refused() -> None:
    mark, version = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", (62, 3, 0xFFFE, 9, 6)
    header = mark + bytes(16) + struct.pack("<5H", *version) + bytes(10)
    header += struct.pack("<8i", 1, 1, 0, 4096, 2, 1, -2, 0)
    header += struct.pack("<109i", 0, *[-1] * 108)
    table = struct.pack("<128i", -3, -2, -2, -2, *[-1] * 124)
    short_table = struct.pack("<128i", *[0] * 128)
    entries = (
        _directory_entry("Root Entry", 5, 1, 3, 512)
        + _directory_entry("Workbook", 2, -1, 0, 100)
        + bytes(256)
    )
    assert "damaged" in rejection_message(header + table + entries + short_table + bytes(512))


def _directory_entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    numbers = struct.pack("<HBBiii", len(text), kind, 1, -1, -1, child)
    return text.ljust(64, b"\0") + numbers + bytes(36) + struct.pack("<iii", first, size, 0)


@pytest.mark.parametrize("style", ["<numFmt/>", '<numFmt numFmtId="x" formatCode="0"/>'])
def test_damaged_number_formats_are_refused(style: str) -> None:
    assert "damaged" in rejection_message(_in_part("xl/styles.xml")(style))
