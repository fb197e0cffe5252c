"""SIGKILL of a worker between the request and the response: nothing is lost, the order stays."""

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from pricebook.db.database import Connection
from pricebook.settings import Settings
from running_system import System
from webhooks.conftest import Hooks
from webhooks.receiver import Receiver


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    opened = System(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def start_worker(
    system: System, worker_settings: Settings, certificate: Path
) -> Callable[[], Popen[str]]:
    """Return a function that starts a worker, which may send to this machine."""
    environment = {
        "DATABASE_URL": worker_settings.required_database_url,
        "REDIS_URL": worker_settings.required_redis_url,
        "ALLOW_PRIVATE_URLS": "true",
        "SSL_CERT_FILE": str(certificate),
    }
    return lambda: system.start("worker", **environment)


async def test_event_of_a_killed_worker_is_sent_again_with_the_same_id(
    hooks: Hooks, receiver: Receiver, start_worker: Callable[[], Popen[str]], conn: Connection
) -> None:
    receiver.released.clear()
    webhook = await hooks.add(receiver.url(), types=["import.finished"])
    await hooks.happen(1, 2, 3)
    first = start_worker()
    await receiver.wait_for(1)
    first.kill()
    first.wait()
    receiver.released.set()
    assert [each.state for each in await hooks.deliveries(webhook)] == ["pending"]
    # As after LEASE_SECONDS.
    await conn.execute("UPDATE webhooks SET lease_expires_at = now()")
    start_worker()
    await receiver.wait_for(4)
    await hooks.wait(webhook, lambda found: found.waiting == 0)
    assert receiver.numbers == [1, 1, 2, 3]
    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
