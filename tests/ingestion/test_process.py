"""The parser process: what it answers, and what becomes of one that is in trouble."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ingestion.price_lists import list_of, order_of
from pricebook.errors import ParserKilledError, PriceListError
from pricebook.ingestion.process import Parsers, Reading
from pricebook.ingestion.schemas import FilePlace, Limits, ListOrder

PARSING = b"pricebook.ingestion.parsing"


@pytest.fixture
def own_parsers() -> Iterator[Parsers]:
    with Parsers() as parsers:
        yield parsers


@pytest.fixture
def long_list(tmp_path: Path) -> ListOrder:
    path = tmp_path / "long.csv"
    path.write_text(list_of(*(f"A{number};Lamp number {number};5.50" for number in range(200_000))))
    return order_of(path)


def children() -> list[int]:
    """Find the parser processes of this process."""
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            command = stat.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if parent == os.getpid() and PARSING in command:
            found.append(int(stat.parent.name))
    return found


async def lines_of(reading: Reading) -> list[bytes]:
    return b"".join([rows.lines async for rows in reading.chunks()]).splitlines()


async def test_a_list_comes_as_lines_for_copy(own_parsers: Parsers, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    text = 'sku;name;price;Note\nA\\1;Lamp;1,50;"two\nlines"\n;Saw;2,00;\n'
    path.write_text(text)
    async with own_parsers.opened(order_of(path)) as reading:
        assert reading.findings.columns["name"] == "name"
        lines = await lines_of(reading)
        assert (reading.rows_read, reading.rows_ignored) == (3, 1)
    assert lines == [
        rb'2|A\\1|Lamp|1.50|{"Note":"two\\nlines"}|\N|\N|\N'.replace(b"|", b"\t"),
        rb'3|\N|\N|\N|\N|missing_sku|The article code is missing.|["","Saw","2,00",""]'.replace(
            b"|", b"\t"
        ),
    ]


async def test_each_list_has_a_process_of_its_own_and_the_next_one_is_ready(
    tmp_path: Path,
) -> None:
    others = set(children())
    path = tmp_path / "list.csv"
    path.write_text(list_of("1;Lamp;5"))
    with Parsers(has_spare=True) as parsers:
        async with parsers.opened(order_of(path)) as reading:
            await lines_of(reading)
            both = set(children()) - others
        assert len(both) == 2
        (spare,) = set(children()) - others
        async with parsers.opened(order_of(path)):
            assert spare in children()
        (next_one,) = set(children()) - others
        assert next_one not in both
        os.kill(next_one, signal.SIGKILL)
        await asyncio.to_thread(os.waitid, os.P_PID, next_one, os.WEXITED | os.WNOWAIT)
        async with parsers.opened(order_of(path)) as reading:
            assert len(await lines_of(reading)) == 1
    assert set(children()) == others


async def test_a_process_that_stands_still_is_ended_when_its_time_is_over(
    own_parsers: Parsers, long_list: ListOrder
) -> None:
    before = children()
    order = msgspec.structs.replace(long_list, limits=Limits(seconds=3))
    async with own_parsers.opened(order) as reading:
        (parser,) = set(children()) - set(before)
        os.kill(parser, signal.SIGSTOP)
        with pytest.raises(ParserKilledError, match="more than 3 seconds"):
            await lines_of(reading)
    assert children() == before


async def test_a_refusal_comes_as_the_error_it_is(own_parsers: Parsers, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("nothing")
    with pytest.raises(PriceListError, match="No column is known"):
        async with own_parsers.opened(order_of(path)):
            pass


async def test_a_process_that_is_killed_fails_its_list_and_no_other(
    own_parsers: Parsers, long_list: ListOrder
) -> None:
    others = children()
    async with own_parsers.opened(long_list) as reading:
        (parser,) = set(children()) - set(others)
        os.kill(parser, signal.SIGKILL)
        with pytest.raises(ParserKilledError, match="SIGKILL"):
            await lines_of(reading)
    async with own_parsers.opened(long_list) as reading:
        assert len(await lines_of(reading)) == 200_000


async def test_whoever_shares_the_processors_goes_first(
    own_parsers: Parsers, long_list: ListOrder
) -> None:
    others = children()
    async with own_parsers.opened(long_list):
        (parser,) = set(children()) - set(others)
        assert os.getpriority(os.PRIO_PROCESS, parser) > os.getpriority(os.PRIO_PROCESS, 0)


async def test_a_list_that_takes_too_long_is_given_up(
    own_parsers: Parsers, long_list: ListOrder
) -> None:
    before = children()
    order = msgspec.structs.replace(long_list, limits=Limits(seconds=0))
    with pytest.raises(ParserKilledError, match="more than 0 seconds"):
        async with own_parsers.opened(order) as reading:
            await lines_of(reading)
    assert children() == before


async def test_a_list_that_takes_too_much_memory_is_given_up(
    own_parsers: Parsers, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(list_of("1;Lamp;5"))
    order = msgspec.structs.replace(order_of(path), limits=Limits(memory_mebibytes=1))
    with pytest.raises(ParserKilledError):
        async with own_parsers.opened(order) as reading:
            await lines_of(reading)


async def test_a_list_that_nobody_reads_to_the_end_leaves_no_process(
    own_parsers: Parsers, long_list: ListOrder
) -> None:
    before = children()
    async with own_parsers.opened(long_list) as reading:
        async for _ in reading.chunks():
            break
    assert children() == before


@pytest.mark.parametrize(
    ("called", "told"),
    [
        ("May prices.xlsx", "May prices.xlsx is damaged"),
        ("../../etc/passwd", "etc passwd is damaged"),
        ("..", "stored is damaged"),
        ("a\0b/" + "c" * 300, "c" * 60 + " is damaged"),
        (None, "stored is damaged"),
    ],
)
async def test_a_file_is_called_what_its_sender_calls_it(
    own_parsers: Parsers, tmp_path: Path, called: str | None, told: str
) -> None:
    path = tmp_path / "stored"
    path.write_bytes(b"PK\x03\x04 cut off")
    order = ListOrder(place=FilePlace(str(path), called), currency="USD")
    with pytest.raises(PriceListError, match=told):
        async with own_parsers.opened(order):
            pass
