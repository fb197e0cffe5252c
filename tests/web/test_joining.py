"""What is written in one go is sent as one, all of it, and in its order."""

import asyncio
from typing import Any, cast

from pricebook.joining import Joining


class Transport:
    """Notes what is sent."""

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


def joining() -> tuple[Transport, Joining]:
    transport = Transport()
    return transport, Joining(cast("Any", transport), asyncio.get_running_loop())


async def test_a_head_goes_with_the_beginning_of_its_body() -> None:
    transport, joined = joining()
    joined.write(b"head ")
    joined.write(b"body")
    await asyncio.sleep(0)
    assert transport.sent == [b"head body"]


async def test_a_head_does_not_wait_for_a_body_that_comes_later() -> None:
    transport, joined = joining()
    joined.write(b"head")
    assert transport.sent == []
    await asyncio.sleep(0)
    assert transport.sent == [b"head"]
    joined.write(b"body")
    await asyncio.sleep(0)
    assert transport.sent == [b"head", b"body"]


async def test_a_head_with_no_body_goes_at_once() -> None:
    transport, joined = joining()
    joined.write(b"head")
    joined.write(b"")
    assert transport.sent == [b"head"]


async def test_the_next_answer_does_not_come_before_the_one_held_back() -> None:
    transport, joined = joining()
    joined.write(b"first")
    joined.send(b"second")
    joined.write(b"third")
    joined.close()
    await asyncio.sleep(0)
    assert b"".join(each for each in transport.sent if isinstance(each, bytes)) == (
        b"firstsecondthird"
    )
    assert transport.sent[-1] == "end"
    assert joined.is_closing()


async def test_what_was_held_back_is_dropped_with_the_connection() -> None:
    transport, joined = joining()
    joined.write(b"head")
    transport.is_lost = True
    joined.send()
    joined.write(b"head")
    joined.close()
    assert transport.sent == ["end"]


async def test_a_long_piece_is_not_held_back() -> None:
    transport, joined = joining()
    joined.write(b"x" * 65536)
    assert transport.sent == [b"x" * 65536]
