"""Encoding detection: Unicode, single-byte encodings, the encoding option and refusals."""

import codecs
from pathlib import Path

import pytest

from pricebook.errors import PriceListError
from pricebook.pricelists.reader import open_price_list
from pricelists.price_lists import csv_text, read_price_list, read_request, read_single_item

GERMAN = csv_text(
    "1;Kabeltrommel für außen;12,50", "2;Öl 5 l;3,20", header="Art.-Nr.;Bezeichnung;Preis"
)
FRENCH = csv_text(
    "A1;Câble électrique;12,50", "A2;Clé à molette;8,00", header="Référence;Désignation;Prix"
)
SPANISH = csv_text("1;Teléfono móvil;12,50", "2;Caña;5,00", header="Código;Descripción;Precio")
POLISH = csv_text("1;Wąż ogrodowy;12,50", "2;Żarówka;8,00", header="Indeks;Nazwa;Cena")
CZECH = csv_text("1;Přepínač žlutý;12,50", "2;Těsnění;8,00", header="SKU;Name;Price")
TURKISH = csv_text("1;PNÖMATİK SİLİNDİR;12,50", "2;Yağ 5 l;8,00", header="Stok kodu;Adı;Fiyat")
RUSSIAN = csv_text("1;Кабель силовой;12,50", "2;ЛАМПА;8,00", header="Артикул;Наименование;Цена")
UKRAINIAN = csv_text("1;Кабель їжак;12,50", "2;Лампа;8,00", header="Артикул;Найменування;Ціна")
ENGLISH_AND_RUSSIAN = csv_text("1;Кабель USB;12,50", "2;Lamp Philips;8,00")
UNITS = csv_text("1;Pump 5 m³/h;12.50", "2;Pipe Ø 20 mm;1.00")


@pytest.mark.parametrize(
    ("content", "encodings"),
    [
        (GERMAN, "utf-8 cp1252 iso-8859-1 iso-8859-15 cp850 mac_roman"),
        (FRENCH, "utf-8 cp1252 iso-8859-15 cp850 mac_roman"),
        (SPANISH, "utf-8 cp1252 iso-8859-15 cp850 mac_roman"),
        (POLISH, "utf-8 cp1250 iso-8859-2 cp852"),
        (CZECH, "utf-8 cp1250 iso-8859-2 cp852"),
        (TURKISH, "utf-8 cp1254"),
        (RUSSIAN, "utf-8 cp1251 koi8-r cp866 iso-8859-5 mac_cyrillic"),
        (UKRAINIAN, "utf-8 cp1251 koi8-u cp1125 iso-8859-5"),
        (ENGLISH_AND_RUSSIAN, "utf-8 cp1251 koi8-r cp866"),
        (UNITS, "utf-8 cp1252"),
    ],
)
def test_encoding_of_short_file_is_detected(content: str, encodings: str) -> None:
    expected = read_price_list(content).rows
    for encoding in encodings.split():
        assert read_price_list(content.encode(encoding)).rows == expected, encoding


@pytest.mark.parametrize("width", [16, 32])
@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("start", ["\ufeff", ""])
@pytest.mark.parametrize("content", [GERMAN, RUSSIAN])
def test_utf16_and_utf32_are_detected_with_and_without_bom(
    content: str, width: int, order: str, start: str
) -> None:
    data = (start + content).encode(f"utf-{width}-{order}")
    assert read_price_list(data).rows == read_price_list(content).rows


def test_bom_is_not_part_of_the_first_header() -> None:
    content = csv_text("007;Lamp;5")
    for start, config in (("\ufeff", {}), ("\ufeff", {"encoding": "utf-8"})):
        result = read_price_list((start + content).encode(), **config)
        assert result.profile.columns["sku"] == "sku"


def test_late_non_ascii_letter_decides_the_encoding() -> None:
    lines = [*(f"A{number};Lamp;5" for number in range(200_000)), "B;Schlüssel;5"]
    result = read_price_list(csv_text(*lines).encode("cp1252"))
    assert result.profile.encoding == "cp1252"
    assert result.items[-1].name == "Schlüssel"


def test_encoding_without_a_late_letter_is_not_chosen() -> None:
    lines = [*(f"A{number};Café;5" for number in range(3000)), "B;Ťuk;5"]
    assert read_price_list(csv_text(*lines).encode("cp1250")).items[-1].name == "Ťuk"


def test_encoding_can_be_set() -> None:
    item = read_single_item(csv_text("1;電源ケーブル;5").encode("shift_jis"), encoding="Shift-JIS")
    assert item.name == "電源ケーブル"


def test_wrong_configured_encoding_is_refused_with_position() -> None:
    with pytest.raises(PriceListError, match=r"not utf-8 at byte 21 \(line 2\)"):
        read_price_list(csv_text("1;Kab\xe9;5").encode("cp1252"), encoding="utf8")


def test_position_is_correct_across_read_blocks() -> None:
    with pytest.raises(PriceListError, match=r"at byte 1048576 \(line 1\)"):
        read_price_list(b"x" * (1024 * 1024 - 1) + "é".encode()[:1] + b";", encoding="utf-8")


@pytest.mark.parametrize("encoding", ["klingon", "hex", "utf-7", "unicode_escape", "", "\0", "ü"])
def test_unknown_encoding_is_refused(encoding: str) -> None:
    with pytest.raises(PriceListError, match="is not supported"):
        read_price_list(csv_text("1;Lamp;5"), encoding=encoding)


def test_damaged_utf8_is_refused() -> None:
    content = csv_text("1;Кабель силовой;5", "2;Лампа").encode()
    with pytest.raises(PriceListError, match=r"is UTF-8 up to byte \d+ \(line 3\)"):
        read_price_list(content[:-2])


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE])
def test_bom_with_invalid_content_is_refused(mark: bytes) -> None:
    with pytest.raises(PriceListError, match="damaged or cut off"):
        read_price_list(mark + b"\xd8\xdc\xe9")


@pytest.mark.parametrize(
    ("name", "encoding"),
    [("电源线 三米", "gbk"), ("電源ケーブル 白熱灯", "shift_jis"), ("백열등", "euc_kr")],
)
def test_implausible_encoding_is_refused(name: str, encoding: str) -> None:
    with pytest.raises(PriceListError, match="set encoding"):
        read_price_list(csv_text(f"1;{name};5").encode(encoding))


@pytest.mark.parametrize(
    ("data", "expected_message"),
    [
        (b"PK\x03\x04\x14\x00rest", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "xls workbook"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\n <!DOCTYPE html><table><tr><td>sku</td></tr></table>", "HTML"),
        ("\ufeff<html><body>sku;name;price</body></html>".encode("utf-16"), "HTML"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(32)) * 40, "not a text file"),
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (codecs.BOM_UTF8, "empty"),
    ],
)
def test_unsupported_content_is_refused_in_one_sentence(data: bytes, expected_message: str) -> None:
    with pytest.raises(PriceListError, match=expected_message) as raised:
        read_price_list(data)
    assert "\n" not in raised.value.message


def test_csv_named_xlsx_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_text(csv_text("1;Lamp;5"))
    assert [row.outcome for row in open_price_list(read_request(path)).rows()] == [
        "ignored",
        "item",
    ]
