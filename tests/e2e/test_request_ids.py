"""The id of a request in the worker's log lines of the task that it created."""

import json
import signal
from typing import Any

import httpx

from e2e.api_client import admin_client, create, get_task, upload, wait_for_end
from running_system import System

PRICE_LIST = "Article code,Name,Price\nA-1,Hammer,12.50\n"
INVALID_PRICE_LIST = "not a price list"


def import_text(client: httpx.Client, supplier_id: str, text: str, request_id: str) -> str:
    """Upload a price list and wait until its task has ended; return the id of the task."""
    headers = {"X-Request-ID": request_id}
    task_id = upload(client, supplier_id, "list.csv", text, headers=headers)
    wait_for_end(client, task_id)
    return task_id


def test_worker_logs_the_id_of_the_request_that_created_the_task(system: System) -> None:
    printed = system.up("--empty", LOG_FORMAT="json", LOG_REQUESTS="true")
    with admin_client(system, printed) as client:
        supplier_id = create(client, "suppliers", name="ACME", source_type="csv")
        good = import_text(client, supplier_id, PRICE_LIST, "march-upload")
        bad = import_text(client, supplier_id, INVALID_PRICE_LIST, "april-upload")
        for task_id, request_id in ((good, "march-upload"), (bad, "april-upload")):
            assert get_task(client, task_id)["request_id"] == request_id
        again = {"X-Request-ID": "once-more"}
        assert client.post(f"/admin/tasks/{bad}/retry", headers=again).status_code == 202
        wait_for_end(client, bad)
    assert system.running
    system.running.send_signal(signal.SIGTERM)
    log_lines: list[dict[str, Any]] = [
        json.loads(line) for line in system.rest().splitlines() if line.startswith("{")
    ]
    events = {
        (each["event"], each["request_id"]) for each in log_lines if each.get("task_id") == good
    }
    assert events == {("task started", "march-upload"), ("task ended", "march-upload")}
    bad_request_ids = {each["request_id"] for each in log_lines if each.get("task_id") == bad}
    assert bad_request_ids == {"april-upload", "once-more"}
    request_lines = [each for each in log_lines if each.get("request_id") == "march-upload"]
    assert [each["event"] for each in request_lines if "route" in each] == ["request"]
