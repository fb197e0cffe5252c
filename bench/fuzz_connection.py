"""Fuzz one connection: segments over a real protocol object, and a recording application."""

import asyncio
import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import attacks
import attacks_heads
import h11
from recorded import HASTY, Outcome, RecordingRawCache, Request, Server, normalised, target_of

from pricebook.server import protocol
from pricebook.server.raw_cache import RawRequestCache

CUT_BYTES = 8
HEAD_BYTES, PARSE_SEGMENT_BYTES = 2048, 256
TOO_LARGE = "413"
MAX_SEED = 8192
GET, CHUNKED = attacks_heads.GET, attacks_heads.CHUNKED % (b"/a", b"")
CATALOG = GET % (b"/api/v1/catalog?limit=2", b"")
POSTED = b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b"
STREAMS = (
    CATALOG,
    CATALOG * 3,
    CHUNKED + b"1\r\n{\r\n2;a=b\r\n}}\r\n0\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n" + CATALOG,
    CATALOG + POSTED % (len(CATALOG), CATALOG) + CATALOG,
    POSTED % (2, b"ab") + CATALOG,
    GET % (b"/", b"Content-Length: 2\r\n") + b"ab" + CATALOG,
    CHUNKED.replace(b"POST", b"PUT") + b"1\r\n{\r\n0\r\nX-Trailer: 1\r\n\r\n" + CATALOG,
    POSTED.replace(b"POST", b"PUT") % (2, b"ab") + CATALOG,
    GET % (b"/", b"Connection: close\r\n"),
    GET % (b"/", b"Connection: close\r\n") + CATALOG,
    GET % (b"/", b"Connection: Upgrade\r\nUpgrade: h2c\r\n") + CATALOG,
    GET % (b"/", b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n") + b"ab" + CATALOG,
    GET % (b"/", b"Expect: 100-continue\r\nContent-Length: 2\r\n") + b"ab",
    b"HEAD http://x/%2e?a#b HTTP/1.1\r\nhost: [::1]:80\r\nX-Other:  \t \r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"\r\n\r\n" + CATALOG + b"\r\n" + CATALOG,
    b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
)


def make_target(_name: str, _folder: Path) -> Callable[[bytes], None]:
    """Return the target, which sends a case over connections."""
    protocol.MAX_REQUEST_HEAD_BYTES, protocol.PARSE_SEGMENT_BYTES = (
        HEAD_BYTES,
        PARSE_SEGMENT_BYTES,
    )
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    served = Server()
    return lambda case: loop.run_until_complete(_check(served, case))


async def _check(served: Server, case: bytes) -> None:
    segments, raw_cache = segments_of(case), RecordingRawCache()
    settles = not case[:1] or case[0] % 2 == 0
    whole = await served.serve([case[CUT_BYTES:]], RawRequestCache(), settles=True)
    cut = await served.serve(segments, raw_cache, settles=settles)
    cached = await served.serve(segments, raw_cache, settles=settles)
    _require_same(whole, cut)
    _require_same(cut, cached)
    _require_strict(case[CUT_BYTES:], whole)
    for head, response_head in raw_cache.registered.items():
        await _require_complete(served, head, response_head)


def segments_of(case: bytes) -> list[bytes]:
    """Cut a case at the offsets that it begins with, of two bytes each."""
    cuts, stream = case[:CUT_BYTES], case[CUT_BYTES:]
    offsets = [
        int.from_bytes(cuts[at : at + 2], "little") % (len(stream) + 1)
        for at in range(0, CUT_BYTES, 2)
    ]
    bounds = sorted({0, *offsets, len(stream)})
    return [stream[first:last] for first, last in pairwise(bounds)]


def _require_same(one: Outcome, other: Outcome) -> None:
    """Check that two ways to send the same bytes lead to the same responses.

    The last one may differ where it depends on when a byte comes: limits on what is too large are
    approximate, and a body that is refused may have been responded to before.
    """
    end = min(len(one.responses), len(other.responses))
    if not (_is_timed(one) or _is_timed(other)):
        assert one.responses == other.responses, (one, other)
    assert abs(len(one.responses) - len(other.responses)) <= 1, (one, other)
    assert one.responses[: end - 1] == other.responses[: end - 1], (one, other)


def _is_timed(outcome: Outcome) -> bool:
    is_too_large = outcome.responses[-1:] and outcome.responses[-1][0] == TOO_LARGE
    return bool(is_too_large) or any(each.method == HASTY.encode() for each in outcome.requests)


def _require_strict(stream: bytes, outcome: Outcome) -> None:
    """Check that what h11 accepts leads to the same requests, or is refused at some point."""
    expected = _strictly_parsed(stream)
    if expected is None:
        return
    seen = outcome.requests
    assert seen == expected[: len(seen)], (seen, expected)
    assert outcome.is_closed or len(seen) == len(expected), (outcome, expected)


async def _require_complete(served: Server, head: bytes, response_head: bytes) -> None:
    """Check that what is registered is one request, not more and not less, with its response."""
    outcome = await served.serve([head], RawRequestCache(), settles=True)
    (request,) = outcome.requests
    assert request.digest in response_head, head
    assert not outcome.is_closed, head
    assert request.body == b"", head
    part = await served.serve([head[:-1]], RawRequestCache(), settles=True)
    assert part.responses == [], head
    expected = _strictly_parsed(head.lstrip(b"\r\n"))
    assert expected in (None, [request]), head


def _strictly_parsed(stream: bytes) -> list[Request] | None:
    """Return the requests of which a stream consists for h11; None if it is anything else."""
    if not stream:  # to h11, the end of the connection
        return []
    parser = h11.Connection(h11.SERVER, max_incomplete_event_size=2**20)
    parser.receive_data(stream)
    requests: list[Request] = []
    try:
        while parser.our_state is not h11.MUST_CLOSE:
            head = parser.next_event()
            if head is h11.NEED_DATA:
                is_complete = parser.their_state is h11.IDLE and not parser.trailing_data[0]
                return requests if is_complete else None
            if (request := _strict_request(parser, head)) is None:
                return None
            requests.append(request)
            parser.send(h11.Response(status_code=404, headers=[("content-length", "0")]))
            parser.send(h11.EndOfMessage())
            if parser.our_state is h11.DONE:
                parser.start_next_cycle()
    except h11.RemoteProtocolError:
        return None
    return requests


def _strict_request(parser: h11.Connection, head: Any) -> Request | None:
    """Read the rest of a request; None if it does not end."""
    body = b""
    while isinstance(event := parser.next_event(), h11.Data):
        body += event.data
    if not isinstance(event, h11.EndOfMessage):
        return None
    path, _, query = re.sub(
        rb"(?i)^[a-z][a-z0-9+.-]*://[^/?#]*", b"", head.target.partition(b"#")[0]
    ).partition(b"?")
    seen = b"" if head.method == HASTY.encode() else body
    target = target_of(path, query)
    return Request(head.method, target, head.http_version, normalised(head.headers), seen)


def seeds_of(_name: str, _paths: Iterable[Path]) -> Iterable[bytes]:
    """Return ordinary requests and those of attacks."""
    for stream in (*STREAMS, *attacks.REFUSED.values()):
        yield from cut_seed(stream[:MAX_SEED])


def cut_seed(stream: bytes) -> Iterable[bytes]:
    """Return cases that cut a stream nowhere, anywhere, and behind and near its first head."""
    end, head = len(stream), stream.find(b"\r\n\r\n") + 4
    for cuts in ((0, 0), (1, 3, end // 2, end - 1), (head,), (head + 1, 2 * head), (head, end - 3)):
        offsets = [max(each, 0) % 2**16 for each in (*cuts, 0, 0, 0)][: CUT_BYTES // 2]
        yield b"".join(each.to_bytes(2, "little") for each in offsets) + stream
