"""The log lines of real processes while PostgreSQL is unavailable."""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pricebook.settings import Settings
from running_system import eventually
from served_api import ApiProcess

UNAVAILABLE = ("postgresql is unavailable", "changes are not notified, nothing is cached")
NOT_READY = "the database is unavailable, this process serves no requests yet"


def test_each_lasting_condition_is_logged_once_without_a_traceback(
    tmp_path: Path, settings: Settings, drop_database: Callable[[str], None]
) -> None:
    api = ApiProcess(tmp_path, settings)
    (first,) = api.workers()
    drop_database(settings.required_database_url)
    for event in UNAVAILABLE:
        api.wait_for_event(event)
    time.sleep(2)  # more attempts
    os.kill(first, signal.SIGKILL)
    eventually(lambda: api.workers() not in ([], [first]))
    api.wait_for_event(NOT_READY)
    time.sleep(5)  # more attempts of the new process to start
    text = api.stop()
    assert "Traceback" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    events = Counter(line["event"] for line in lines if line["level"] in {"warning", "error"})
    assert events == dict.fromkeys([*UNAVAILABLE, NOT_READY], 1)
