"""The requests that README.md shows, sent to the running system."""

import json
import re
from pathlib import Path
from typing import Any

import httpx

from running_system import TIMEOUT_SECONDS, System

README = Path(__file__).parents[2] / "README.md"
REQUEST = re.compile(r"^\$ curl 'http://127\.0\.0\.1:8000(\S+)'\n((?:.+\n)+)", re.MULTILINE)
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")


def without_ids(text: str) -> Any:
    return json.loads(ID.sub("an id", text))


def test_requests_of_the_readme_return_the_responses_that_it_shows(system: System) -> None:
    requests = REQUEST.findall(README.read_text())
    assert len(requests) == 3
    system.up()
    for path, expected in requests:
        url = f"http://127.0.0.1:{system.port}{path}"
        response = httpx.get(url, timeout=TIMEOUT_SECONDS)
        assert without_ids(response.text) == without_ids(expected.replace("```", ""))
