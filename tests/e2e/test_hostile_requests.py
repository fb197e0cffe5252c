"""Hostile requests to a real API: they are refused, and other clients are served."""

import asyncio
import re

import attacks
import pytest

from running_system import Serve, System


async def test_malformed_requests_are_refused(system: System, serve: Serve) -> None:
    serve(LOGIN_FAILURES_PER_ADDRESS="1000")
    requests = [attacks.send_request(system.port, request) for request in attacks.REFUSED.values()]
    outcomes = dict(zip(attacks.REFUSED, await asyncio.gather(*requests), strict=True))
    assert [
        name for name, status in outcomes.items() if not re.fullmatch(r"4\d\d|closed", status)
    ] == []
    assert await attacks.send_request(system.port, attacks.GET % (b"", b"")) == "200"


async def test_gigabyte_is_refused_before_it_is_received(system: System, serve: Serve) -> None:
    serve()
    outcome = await attacks.stream_a_gigabyte(system.port)
    kibibytes = re.fullmatch(r"(?:413|closed) after (\d+) KiB", outcome)
    assert kibibytes, outcome
    assert int(kibibytes[1]) < 100 * 1024


@pytest.mark.parametrize("fields", [b"", b"Transfer-Encoding: chunked\r\n"])
async def test_request_behind_a_body_is_not_smuggled(
    system: System, serve: Serve, fields: bytes
) -> None:
    serve()
    hidden = attacks.GET % (b"", b"")
    request = attacks.POST % (b"Content-Length: 5\r\n" + fields, b"0\r\n\r\n" + hidden)
    outcome = await attacks.send_request(system.port, request)
    # With one length, the second request is separate; with two, the connection ends.
    assert outcome == ("400" if fields else "400 and 200")
