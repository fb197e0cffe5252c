"""From a request to the worker's lines of the task it asked for, through real processes."""

import json
import re
import signal
from typing import Any

import httpx

from running_system import System, eventually

LIST = "Article code,Name,Price\nA-1,Hammer,12.50\n"
BAD_LIST = "nothing that is a price list"


def logged_in(system: System, printed: list[str]) -> httpx.Client:
    (password,) = re.findall(r"^user admin password (\S+)$", "\n".join(printed), re.MULTILINE)
    address = f"http://127.0.0.1:{system.port}/api/v1"
    login = {"username": "admin", "password": password}
    token = httpx.post(f"{address}/auth/login", json=login, timeout=30).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=address, headers=headers, timeout=30)


def upload(client: httpx.Client, supplier_id: str, text: str, request_id: str) -> str:
    """Upload a list and wait for its task to end; return the task's id."""
    response = client.post(
        f"/admin/suppliers/{supplier_id}/upload",
        files={"file": ("list.csv", text)},
        headers={"X-Request-ID": request_id},
    )
    assert response.status_code == 202, response.text
    return wait_for(client, response.json()["task_id"])


def wait_for(client: httpx.Client, task_id: str) -> str:
    def has_ended() -> bool:
        return client.get(f"/admin/tasks/{task_id}").json()["completed_at"] is not None

    eventually(has_ended)
    return task_id


def test_the_workers_lines_carry_the_id_of_the_request_that_asked(system: System) -> None:
    printed = system.up("--empty", LOG_FORMAT="json", LOG_REQUESTS="true")
    with logged_in(system, printed) as client:
        supplier = {"name": "ACME", "source_type": "csv"}
        supplier_id = client.post("/admin/suppliers", json=supplier).json()["id"]
        good = upload(client, supplier_id, LIST, "march-upload")
        bad = upload(client, supplier_id, BAD_LIST, "april-upload")
        for task_id, request_id in ((good, "march-upload"), (bad, "april-upload")):
            shown = client.get(f"/admin/tasks/{task_id}").json()
            assert shown["request_id"] == request_id
        again = {"X-Request-ID": "once-more"}
        assert client.post(f"/admin/tasks/{bad}/retry", headers=again).status_code == 202
        wait_for(client, bad)
    assert system.running
    system.running.send_signal(signal.SIGTERM)
    log_lines: list[dict[str, Any]] = [
        json.loads(line) for line in system.rest().splitlines() if line.startswith("{")
    ]
    events = {
        (each["event"], each["request_id"]) for each in log_lines if each.get("task_id") == good
    }
    assert events == {("task begun", "march-upload"), ("task ended", "march-upload")}
    bad_request_ids = {each["request_id"] for each in log_lines if each.get("task_id") == bad}
    assert bad_request_ids == {"april-upload", "once-more"}
    request_lines = [each for each in log_lines if each.get("request_id") == "march-upload"]
    assert [each["event"] for each in request_lines if "route" in each] == ["request"]
