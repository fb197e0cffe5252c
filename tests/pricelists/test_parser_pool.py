"""Parser processes: the frames that they send, their limits, and the end of each process."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from parser_processes import parser_pids, program_pids
from pricebook.errors import ParserKilledError, PriceListError
from pricebook.pricelists.isolation.parser_pool import ParserPool, PriceListStream
from pricebook.pricelists.schemas.read_request import FileSource, ReadLimits, ReadRequest
from pricelists.price_lists import csv_text, read_request


@pytest.fixture
def own_parser_pool() -> Iterator[ParserPool]:
    with ParserPool() as parser_pool:
        yield parser_pool


@pytest.fixture
def long_list(tmp_path: Path) -> ReadRequest:
    path = tmp_path / "long.csv"
    path.write_text(
        csv_text(*(f"A{number};Lamp number {number};5.50" for number in range(200_000)))
    )
    return read_request(path)


async def read_lines(stream: PriceListStream) -> list[bytes]:
    return b"".join([rows.lines async for rows in stream.chunks()]).splitlines()


async def test_rows_are_lines_for_copy(own_parser_pool: ParserPool, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    text = 'sku;name;price;Note\nA\\1;Lamp;1,50;"two\nlines"\n;Saw;2,00;\n'
    path.write_text(text)
    async with own_parser_pool.opened(read_request(path)) as stream:
        assert stream.profile.columns["name"] == "name"
        lines = await read_lines(stream)
        assert (stream.rows_read, stream.rows_ignored) == (3, 1)
    assert lines == [
        (rb'2|A\\1|Lamp|1.50|{"Note":"two\\nlines"}' + rb"|\N" * 8).replace(b"|", b"\t"),
        (
            rb"3" + rb"|\N" * 9 + rb"|missing_sku|The article code is missing."
            rb'|["","Saw","2,00",""]'
        ).replace(b"|", b"\t"),
    ]


async def test_each_price_list_gets_a_new_process(
    own_parser_pool: ParserPool, long_list: ReadRequest
) -> None:
    others = parser_pids()
    async with own_parser_pool.opened(long_list):
        (first,) = parser_pids() - others
        async with own_parser_pool.opened(long_list) as stream:
            assert len(parser_pids() - others - {first}) == 1
            assert len(await read_lines(stream)) == 200_000
    assert parser_pids() == others


async def test_killed_program_fails_its_price_lists_and_is_started_again(
    long_list: ReadRequest,
) -> None:
    programs, others = program_pids(), parser_pids()
    with ParserPool() as parser_pool:
        async with parser_pool.opened(long_list) as stream:
            (program,) = program_pids() - programs
            os.kill(program, signal.SIGKILL)
            with pytest.raises(ParserKilledError, match="SIGKILL"):
                await read_lines(stream)
        async with parser_pool.opened(long_list) as stream:
            assert len(await read_lines(stream)) == 200_000
    assert (program_pids(), parser_pids()) == (programs, others)


async def test_stopped_program_is_killed_with_its_processes(long_list: ReadRequest) -> None:
    programs = program_pids()
    with ParserPool() as parser_pool:
        async with parser_pool.opened(long_list):
            (program,) = program_pids() - programs
            os.kill(program, signal.SIGSTOP)
        assert program not in program_pids()


async def test_stopped_process_is_killed_at_its_deadline(
    own_parser_pool: ParserPool, long_list: ReadRequest
) -> None:
    before = parser_pids()
    request = msgspec.structs.replace(long_list, limits=ReadLimits(seconds=20))
    async with own_parser_pool.opened(request) as stream:
        (parser,) = parser_pids() - before
        os.kill(parser, signal.SIGSTOP)
        with pytest.raises(ParserKilledError, match="more than 20 seconds"):
            await read_lines(stream)
    assert parser_pids() == before


async def test_error_of_the_process_is_raised_with_its_type(
    own_parser_pool: ParserPool, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("nothing")
    with pytest.raises(PriceListError, match="No column was detected"):
        async with own_parser_pool.opened(read_request(path)):
            pass


async def test_killed_process_fails_its_price_list_and_no_other(
    own_parser_pool: ParserPool, long_list: ReadRequest
) -> None:
    others = parser_pids()
    async with own_parser_pool.opened(long_list) as stream:
        (parser,) = parser_pids() - others
        os.kill(parser, signal.SIGKILL)
        with pytest.raises(ParserKilledError, match="SIGKILL"):
            await read_lines(stream)
    async with own_parser_pool.opened(long_list) as stream:
        assert len(await read_lines(stream)) == 200_000


async def test_process_has_a_lower_priority(
    own_parser_pool: ParserPool, long_list: ReadRequest
) -> None:
    others = parser_pids()
    async with own_parser_pool.opened(long_list):
        (parser,) = parser_pids() - others
        assert os.getpriority(os.PRIO_PROCESS, parser) > os.getpriority(os.PRIO_PROCESS, 0)


async def test_price_list_over_its_time_limit_fails(
    own_parser_pool: ParserPool, long_list: ReadRequest
) -> None:
    before = parser_pids()
    request = msgspec.structs.replace(long_list, limits=ReadLimits(seconds=0))
    with pytest.raises(ParserKilledError, match="more than 0 seconds"):
        async with own_parser_pool.opened(request) as stream:
            await read_lines(stream)
    assert parser_pids() == before


async def test_price_list_over_its_memory_limit_fails(
    own_parser_pool: ParserPool, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text(csv_text("1;Lamp;5"))
    request = msgspec.structs.replace(read_request(path), limits=ReadLimits(memory_mebibytes=1))
    with pytest.raises(ParserKilledError):
        async with own_parser_pool.opened(request) as stream:
            await read_lines(stream)


async def test_price_list_that_is_not_read_to_its_end_leaves_no_process(
    own_parser_pool: ParserPool, long_list: ReadRequest
) -> None:
    before = parser_pids()
    async with own_parser_pool.opened(long_list) as stream:
        async for _ in stream.chunks():
            break
    assert parser_pids() == before


@pytest.mark.parametrize(
    ("called", "expected"),
    [
        ("May prices.xlsx", "May prices.xlsx is damaged"),
        ("../../etc/passwd", "etc passwd is damaged"),
        ("..", "stored is damaged"),
        ("a\0b/" + "c" * 300, "c" * 60 + " is damaged"),
        (None, "stored is damaged"),
    ],
)
async def test_error_names_the_file_by_its_uploaded_name(
    own_parser_pool: ParserPool, tmp_path: Path, called: str | None, expected: str
) -> None:
    path = tmp_path / "stored"
    path.write_bytes(b"PK\x03\x04 cut off")
    request = ReadRequest(source=FileSource(str(path), called), currency="USD")
    with pytest.raises(PriceListError, match=expected):
        async with own_parser_pool.opened(request):
            pass
