"""Files of the European Central Bank, in the forms in which it publishes them."""

import errno
import io
import os
import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pricebook.errors import PriceListError, SourceUnavailableError
from pricebook.pricelists.formats.rate_file import read_rate_file
from pricebook.pricelists.isolation.rate_reader import read_rates
from pricebook.pricelists.schemas.read_request import FileSource, HttpsSource, ReadLimits
from pricebook.pricelists.schemas.reference_rates import ReferenceRate
from pricelists.fake_web_server import FakeWebServer

DAILY_XML = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
\t<gesmes:subject>Reference rates</gesmes:subject>
\t<gesmes:Sender>
\t\t<gesmes:name>European Central Bank</gesmes:name>
\t</gesmes:Sender>
\t<Cube>
\t\t<Cube time='2026-11-25'>
\t\t\t<Cube currency='USD' rate='1.0812'/>
\t\t\t<Cube currency='IDR' rate='17024.35'/>
\t\t</Cube>
\t</Cube>
</gesmes:Envelope>"""
HISTORY_XML = DAILY_XML.replace(
    "\t</Cube>\n</gesmes",
    "\t\t<Cube time='2026-11-24'><Cube currency='USD' rate='1.08'/></Cube>\n\t</Cube>\n</gesmes",
)
DAILY_CSV = "Date, USD, IDR, \n25 November 2026, 1.0812, 17024.35, \n"
HISTORY_CSV = "Date,USD,IDR,\n2026-11-25,1.0812,17024.35,\n2026-11-24,1.08,N/A,\n"
DAY = date(2026, 11, 25)
DAILY = [
    ReferenceRate("EUR", "USD", DAY, Decimal("1.0812")),
    ReferenceRate("EUR", "IDR", DAY, Decimal("17024.35")),
]
HISTORY = [*DAILY, ReferenceRate("EUR", "USD", date(2026, 11, 24), Decimal("1.08"))]


def zipped(*texts: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for number, text in enumerate(texts):
            opened.writestr(f"{number}.csv", text)
    return archive.getvalue()


def read(folder: Path, content: str | bytes, mebibytes: int = 32) -> list[ReferenceRate]:
    path = folder / "rates"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_rate_file(path, ReadLimits(mebibytes=mebibytes))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (DAILY_XML, DAILY),
        ("\ufeff" + DAILY_XML, DAILY),
        (HISTORY_XML, HISTORY),
        (DAILY_CSV, DAILY),
        (HISTORY_CSV, HISTORY),
        (HISTORY_CSV.replace("\n", "\r\n"), HISTORY),
        (zipped(DAILY_CSV), DAILY),
        (zipped(HISTORY_CSV), HISTORY),
        (HISTORY_CSV + "2026-11-25,1.0812,17024.35,\n", HISTORY),
    ],
)
def test_file_of_the_bank_is_read(
    tmp_path: Path, content: str | bytes, expected: list[ReferenceRate]
) -> None:
    assert read(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "rates is neither the XML nor the CSV file of the euro reference rates"),
        ("sku;price\nA;1\n", "rates is neither the XML nor the CSV file of the euro"),
        ("<html><body>Sorry</body></html>", "rates contains no exchange rates."),
        ("Date,USD,\n", "rates contains no exchange rates."),
        (DAILY_XML[:-20], "rates is damaged or cut off: unclosed token"),
        (HISTORY_CSV[:-8], 'rates is damaged or cut off: the line of "2026-11-24" has 2 cells'),
        (DAILY_XML.replace("1.0812", "1,0812"), 'rates has the rate "1,0812" of USD on "2026-11'),
        (DAILY_XML.replace("1.0812", "0.0"), 'rates has the rate "0.0" of USD'),
        (DAILY_XML.replace("1.0812", "-1"), 'rates has the rate "-1" of USD'),
        (DAILY_XML.replace("1.0812", "NaN"), 'rates has the rate "NaN" of USD'),
        (DAILY_XML.replace(" rate='1.0812'", ""), 'rates has the rate "" of USD'),
        (DAILY_XML.replace("USD", "usd"), 'rates has a rate of "usd", which is no currency code.'),
        (DAILY_XML.replace("USD", "EUR"), 'rates has a rate of "EUR", which is no currency code.'),
        (DAILY_XML.replace("2026-11-25", "2026-11-31"), 'rates has the day "2026-11-31", which is'),
        (DAILY_CSV.replace("25 November", "25. Nov"), 'rates has the day "25. Nov 2026", which is'),
        (DAILY_XML.replace(" time='2026-11-25'", ""), "rates has exchange rates without a day."),
        (HISTORY_CSV + "2026-11-25,1.09,17024.35,\n", "rates has two rates of USD on 2026-11-25."),
        (
            DAILY_XML.replace("?>", '?><!DOCTYPE x [<!ENTITY a "aaaa">]>'),
            "rates declares a document type, which is not read.",
        ),
        (zipped(DAILY_CSV, HISTORY_CSV), "rates is an archive of 2 files; expected one file"),
        (zipped(DAILY_CSV)[:-30], "rates is damaged or cut off."),
        (HISTORY_CSV.replace("USD", "ÜSD"), "rates is damaged or cut off."),
    ],
)
def test_other_content_is_refused(tmp_path: Path, content: str | bytes, expected: str) -> None:
    with pytest.raises(PriceListError) as raised:
        read(tmp_path, content)
    assert raised.value.message.startswith(expected)


def test_file_and_unpacked_size_are_limited(tmp_path: Path) -> None:
    padded = HISTORY_CSV + "\n" * 3 * 1024 * 1024
    for content in (padded, zipped(padded)):
        with pytest.raises(PriceListError, match=r"rates has 3\.0 MiB; at most 1 MiB are read"):
            read(tmp_path, content, mebibytes=1)
        assert read(tmp_path, content) == HISTORY


async def test_file_is_read_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "rates.xml"
    path.write_text(HISTORY_XML)
    assert await read_rates(FileSource(str(path))) == HISTORY


async def test_error_of_the_process_is_raised(tmp_path: Path) -> None:
    os_message = os.strerror(errno.ENOENT)  # in the language of the process
    with pytest.raises(PriceListError, match=re.escape(f"none.xml cannot be read: {os_message}")):
        await read_rates(FileSource(str(tmp_path / "none.xml")))
    path = tmp_path / "list.csv"
    path.write_text("sku;price\n")
    with pytest.raises(PriceListError, match=r"list\.csv is neither the XML nor the CSV"):
        await read_rates(FileSource(str(path)))


async def test_history_of_all_days_is_read(tmp_path: Path) -> None:
    codes = [f"{a}{b}X" for a in "ABCDEFG" for b in "ABCDEF"]
    header = ",".join(["Date", *codes, "\n"])
    days = [f"{2000 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}" for n in range(6000)]
    path = tmp_path / "hist.csv"
    path.write_text(header + "".join(f"{day}{',1.0812' * len(codes)},\n" for day in days))
    assert len(await read_rates(FileSource(str(path)))) == 252_000


async def test_address_is_fetched(web: FakeWebServer) -> None:
    web.pages["daily.xml"] = DAILY_XML.encode()
    source = HttpsSource(web.url("/daily.xml", "127.0.0.1"), allow_private=True)
    assert await read_rates(source) == DAILY


async def test_private_address_is_refused(web: FakeWebServer) -> None:
    with pytest.raises(PriceListError, match="is in a private network"):
        await read_rates(HttpsSource(web.url("/daily.xml", "127.0.0.1")))
    assert web.requests == []


@pytest.mark.parametrize(
    ("path", "error", "expected"),
    [
        (
            "/status/404",
            PriceListError,
            r"status 404 instead of a file: there is no such file\. Open",
        ),
        (
            "/status/503",
            SourceUnavailableError,
            r"status 503 instead of a file: its server has a problem\. Try",
        ),
        ("/too-long", PriceListError, "is neither the XML nor the CSV file"),
        ("/bomb", PriceListError, r"is larger than 32 MiB\.$"),
    ],
)
async def test_failing_address(
    web: FakeWebServer, path: str, error: type[Exception], expected: str
) -> None:
    with pytest.raises(error, match=expected):
        await read_rates(HttpsSource(web.url(path, "127.0.0.1"), allow_private=True))
