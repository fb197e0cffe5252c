"""HTTP clients of a running system, logged in with the passwords that `pricebook up` prints."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx

from running_system import TIMEOUT_SECONDS, System, eventually


def password_of(printed: list[str], username: str) -> str:
    """Return the password of a first user from the output of `pricebook up`."""
    (password,) = re.findall(rf"^user {username} password (\S+)$", "\n".join(printed), re.MULTILINE)
    return password


def log_in(system: System, printed: list[str], username: str) -> str:
    """Log a first user in; return the token."""
    login = {"username": username, "password": password_of(printed, username)}
    url = f"http://127.0.0.1:{system.port}/api/v1/auth/login"
    response = httpx.post(url, json=login, timeout=TIMEOUT_SECONDS)
    assert response.status_code == 200, response.text
    return response.json()["token"]


@contextmanager
def admin_client(system: System, printed: list[str]) -> Generator[httpx.Client]:
    """Yield a client of the API with the token of the admin."""
    headers = {"Authorization": f"Bearer {log_in(system, printed, 'admin')}"}
    base_url = f"http://127.0.0.1:{system.port}/api/v1"
    with httpx.Client(base_url=base_url, headers=headers, timeout=TIMEOUT_SECONDS) as client:
        yield client


def create(client: httpx.Client, resource: str, **fields: object) -> str:
    """Create a resource below /admin; return its id."""
    response = client.post(f"/admin/{resource}", json=fields)
    assert response.status_code == 201, response.text
    return response.json()["id"]


def upload(
    client: httpx.Client, supplier_id: str, name: str, content: str | bytes, **options: Any
) -> str:
    """Upload a price list; return the id of its task."""
    response = client.post(
        f"/admin/suppliers/{supplier_id}/upload", files={"file": (name, content)}, **options
    )
    assert response.status_code == 202, response.text
    return response.json()["task_id"]


def get_task(client: httpx.Client, task_id: str) -> dict[str, Any]:
    return client.get(f"/admin/tasks/{task_id}").json()


def wait_for_end(client: httpx.Client, task_id: str) -> None:
    eventually(lambda: get_task(client, task_id)["completed_at"] is not None)


def wait_for_success(client: httpx.Client, task_id: str) -> None:
    eventually(lambda: get_task(client, task_id)["state"] == "succeeded")
