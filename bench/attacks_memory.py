"""Attacks on the memory of caches with keys that clients choose: queries, paths, header fields.

Each attack sends a bounded number of requests over a few connections and returns the statuses. The
result is the memory of the API's processes afterwards.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from urllib.parse import quote

HOST = "127.0.0.1"
CONNECTIONS = 8
RESPONSE_SECONDS = 40.0
QUERIES = 14_000
PATHS = 4_200
REFUSED_HEADS = 2_000
PATH_BYTES = 64_000
GET = "GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n"
CATALOG = "/api/v1/catalog"
ASTRAL = quote("\U0001f528")


async def long_paths(port: int) -> str:
    """Request paths of 64 KB with an astral letter, for which Python takes four bytes a letter."""
    paths = (f"/{ASTRAL}{number}" + "x" * PATH_BYTES for number in range(PATHS))
    return await _send_all(port, (GET.format(path, "") for path in paths))


async def long_product_ids(port: int) -> str:
    """Request products by ids of 64 KB."""
    ids = (f"{ASTRAL}{number}" + "x" * PATH_BYTES for number in range(PATHS))
    return await _send_all(port, (GET.format(f"{CATALOG}/{each}", "") for each in ids))


async def endless_numbers(port: int) -> str:
    """Filter by prices with 8,100 decimals."""
    queries = (f"?max_price=0.{'0' * 8_100}{number}" for number in range(QUERIES))
    return await _send_all(port, (GET.format(CATALOG + query, "") for query in queries))


async def padded_searches(port: int) -> str:
    """Search for one word among 8 KB of blanks, in always different spellings."""
    queries = (f"?search={number}{'+' * 8_100}" for number in range(QUERIES))
    return await _send_all(port, (GET.format(CATALOG + query, "") for query in queries))


async def spellings(port: int) -> str:
    """Send one query in many spellings, each of which fits into the raw-request cache."""
    queries = (f"?search=hammer{'+' * (1 + number % 600)}&limit=5" for number in range(QUERIES))
    return await _send_all(port, (GET.format(CATALOG + query, "") for query in queries))


async def kinds_of_search(port: int) -> str:
    """Search for short and long words in many orders, each a different SQL statement."""
    queries = (f"?search={'+'.join(_words(number))}" for number in range(QUERIES // 4))
    return await _send_all(port, (GET.format(CATALOG + query, "") for query in queries))


async def long_fields(port: int) -> str:
    """Send long values of Accept-Encoding, which is parsed for each request."""
    fields = (f"Accept-Encoding: {number}{'x' * 60_000}\r\n" for number in range(PATHS // 4))
    return await _send_all(port, (GET.format(f"{CATALOG}?limit=9", field) for field in fields))


async def refused_heads(port: int) -> str:
    """Send heads of 120 KB with an invalid Host, each over a connection of its own."""
    head = GET.format("/", f"X: {'x' * 120_000}\r\n").replace("Host: x", "Host: a:b")
    outcomes: Counter[str] = Counter()
    for _ in range(REFUSED_HEADS):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            async with asyncio.timeout(RESPONSE_SECONDS):
                writer.write(head.encode())
                outcomes[await _status(reader)] += 1
        except (ConnectionError, asyncio.IncompleteReadError):
            outcomes["closed"] += 1
        finally:
            writer.transport.abort()
    return _counted(outcomes)


def _words(number: int) -> Iterator[str]:
    for place in range(14):
        yield f"{place:x}" if number >> place & 1 else f"word{place}"


async def _send_all(port: int, requests: Iterator[str]) -> str:
    """Send requests, one after the other on each connection; return the counts of statuses."""
    statuses: Counter[str] = Counter()
    await asyncio.gather(*(_send_some(port, requests, statuses) for _ in range(CONNECTIONS)))
    return _counted(statuses)


def _counted(statuses: Counter[str]) -> str:
    return ", ".join(f"{count} times {status}" for status, count in sorted(statuses.items()))


async def _send_some(port: int, requests: Iterator[str], statuses: Counter[str]) -> None:
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        for request in requests:
            async with asyncio.timeout(RESPONSE_SECONDS):
                writer.write(request.encode())
                statuses[await _status(reader)] += 1
    except (ConnectionError, asyncio.IncompleteReadError):
        statuses["closed"] += 1
    finally:
        writer.transport.abort()


async def _status(reader: asyncio.StreamReader) -> str:
    start, *fields = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    lengths = [each.partition(":")[2] for each in fields if each.startswith("content-length:")]
    await reader.readexactly(int(lengths[0]) if lengths else 0)
    return start.split()[1]


ATTACKS: dict[str, Callable[[int], Awaitable[str]]] = {
    "4,200 paths of 64 KB": long_paths,
    "4,200 product ids of 64 KB": long_product_ids,
    "14,000 prices of 8 KB": endless_numbers,
    "14,000 searches of 8 KB": padded_searches,
    "14,000 spellings of a query": spellings,
    "3,500 kinds of search": kinds_of_search,
    "1,050 long header fields": long_fields,
    "2,000 refused heads of 120 KB": refused_heads,
}
