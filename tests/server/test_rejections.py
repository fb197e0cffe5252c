"""Repeated rejections: the first of a window are logged one by one, the others as a number."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import structlog

from pricebook.api.application import create_app
from pricebook.observability import request_line
from pricebook.observability.line_writer import LineWriter
from pricebook.observability.request_line import MAX_REJECTION_LINES, make_request_logger
from pricebook.settings import Settings
from served_here import served_here

REQUESTS = 200


async def test_rejections_over_the_limit_are_logged_as_a_number(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_line, "WINDOW_SECONDS", 2.0)
    settings = msgspec.structs.replace(settings, catalog_rate_limit_per_minute=1)
    log = tmp_path / "log"
    with log.open("w") as file, structlog.testing.capture_logs() as events:
        writer = LineWriter(file.fileno())
        app = create_app(settings, make_request_logger(writer, "json", min_status=0))
        async with (
            served_here(app, settings) as port,
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=120) as client,
        ):
            codes = [(await client.get("/api/v1/catalog")).status_code for _ in range(REQUESTS)]
            not_found = [(await client.get("/nowhere")).status_code for _ in range(50)]
            metrics = (await client.get("/metrics")).text
            async with asyncio.timeout(120):
                lines = 0
                while lines + _suppressed(events) < codes.count(429):
                    lines = _lines(log).count(429)
                    await asyncio.sleep(0.05)
        writer.close()
    assert codes.count(429) >= REQUESTS - 2
    assert lines + _suppressed(events) == codes.count(429)
    assert lines <= MAX_REJECTION_LINES * (len(events) + 1)
    assert _suppressed(events) > 0
    assert _lines(log).count(404) == len(not_found)
    assert f'route="/api/v1/catalog",status="429"}} {codes.count(429)}' in metrics


def _lines(log: Path) -> list[int]:
    """Return the statuses in a log."""
    return [json.loads(line)["status"] for line in log.read_text().splitlines()]


def _suppressed(events: list[Any]) -> int:
    return sum(event.get("requests", 0) for event in events)
