"""A real API and those who mean harm: refused or cut off, and the others are served."""

import asyncio
import re

import attacks
import pytest

from running_system import Serve, System


async def test_what_is_no_good_request_is_refused(system: System, serve: Serve) -> None:
    serve(LOGIN_FAILURES_PER_ADDRESS="1000")
    requests = [attacks.send_request(system.port, request) for request in attacks.REFUSED.values()]
    outcomes = dict(zip(attacks.REFUSED, await asyncio.gather(*requests), strict=True))
    assert [
        name for name, status in outcomes.items() if not re.fullmatch(r"4\d\d|closed", status)
    ] == []
    assert await attacks.send_request(system.port, attacks.GET % (b"", b"")) == "200"


async def test_a_gigabyte_is_refused_before_it_has_come(system: System, serve: Serve) -> None:
    serve()
    outcome = await attacks.stream_a_gigabyte(system.port)
    kibibytes = re.fullmatch(r"(?:413|closed) after (\d+) KiB", outcome)
    assert kibibytes, outcome
    assert int(kibibytes[1]) < 100 * 1024


@pytest.mark.parametrize("fields", [b"", b"Transfer-Encoding: chunked\r\n"])
async def test_nothing_is_smuggled_behind_a_body(
    system: System, serve: Serve, fields: bytes
) -> None:
    serve()
    hidden = attacks.GET % (b"", b"")
    request = attacks.POST % (b"Content-Length: 5\r\n" + fields, b"0\r\n\r\n" + hidden)
    outcome = await attacks.send_request(system.port, request)
    # The second is a request of its own, or the connection ends with the first.
    assert outcome == ("400" if fields else "400 and 200")
