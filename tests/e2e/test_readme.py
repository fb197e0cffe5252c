import json
import re
from pathlib import Path
from typing import Any

import httpx

from running_system import System

README = Path(__file__).parents[2] / "README.md"
REQUEST = re.compile(r"^\$ curl 'http://127\.0\.0\.1:8000(\S+)'\n((?:.+\n)+)", re.MULTILINE)
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")


def without_ids(text: str) -> Any:
    return json.loads(ID.sub("an id", text))


def test_the_requests_to_try_give_the_answers_that_the_readme_shows(system: System) -> None:
    requests = REQUEST.findall(README.read_text())
    assert len(requests) == 3
    system.up()
    for path, expected in requests:
        response = httpx.get(f"http://127.0.0.1:{system.port}{path}")
        assert without_ids(response.text) == without_ids(expected.replace("```", ""))
