"""Writes of one loop iteration are sent together, completely and in order."""

import asyncio
from typing import Any, cast

from pricebook.server.coalescing import CoalescingTransport


class RecordingTransport:
    """Records what is sent."""

    def __init__(self) -> None:
        self.sent: list[bytes | str] = []
        self.is_lost = False

    def write(self, data: bytes) -> None:
        assert not self.is_lost, "uvloop raises RuntimeError"
        if data:
            self.sent.append(data)

    def close(self) -> None:
        self.sent.append("end")

    def is_closing(self) -> bool:
        return self.is_lost or "end" in self.sent


def make_transports() -> tuple[RecordingTransport, CoalescingTransport]:
    transport = RecordingTransport()
    return transport, CoalescingTransport(cast("Any", transport), asyncio.get_running_loop())


async def test_head_and_first_body_part_are_sent_together() -> None:
    transport, coalescing = make_transports()
    coalescing.write(b"head ")
    coalescing.write(b"body")
    await asyncio.sleep(0)
    assert transport.sent == [b"head body"]


async def test_head_is_not_delayed_for_a_later_body() -> None:
    transport, coalescing = make_transports()
    coalescing.write(b"head")
    assert transport.sent == []
    await asyncio.sleep(0)
    assert transport.sent == [b"head"]
    coalescing.write(b"body")
    await asyncio.sleep(0)
    assert transport.sent == [b"head", b"body"]


async def test_head_without_body_is_sent_at_once() -> None:
    transport, coalescing = make_transports()
    coalescing.write(b"head")
    coalescing.write(b"")
    assert transport.sent == [b"head"]


async def test_buffered_response_is_sent_before_the_next() -> None:
    transport, coalescing = make_transports()
    coalescing.write(b"first")
    coalescing.send(b"second")
    coalescing.write(b"third")
    coalescing.close()
    await asyncio.sleep(0)
    assert b"".join(each for each in transport.sent if isinstance(each, bytes)) == (
        b"firstsecondthird"
    )
    assert transport.sent[-1] == "end"
    assert coalescing.is_closing()


async def test_buffered_data_is_dropped_on_lost_connection() -> None:
    transport, coalescing = make_transports()
    coalescing.write(b"head")
    transport.is_lost = True
    coalescing.send()
    coalescing.write(b"head")
    coalescing.close()
    assert transport.sent == ["end"]


async def test_large_write_is_not_buffered() -> None:
    transport, coalescing = make_transports()
    coalescing.write(b"x" * 65536)
    assert transport.sent == [b"x" * 65536]


async def test_views_are_sent_with_what_follows_them() -> None:
    transport, coalescing = make_transports()
    coalescing.write(memoryview(b"end of a body, "))
    coalescing.write(b"next head")
    coalescing.write(memoryview(b"a body"))
    coalescing.send()
    assert b"".join(each for each in transport.sent if isinstance(each, bytes)) == (
        b"end of a body, next heada body"
    )
