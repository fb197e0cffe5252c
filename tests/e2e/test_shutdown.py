"""`pricebook serve` told to stop: what is under way is finished, then it ends well."""

import signal
import socket
import time
from typing import Any

import httpx
import psycopg
import pytest

from running_system import Serve, System, eventually, ready

TIMEOUT_SECONDS = 60
BODY = b'{"username": "nobody", "password": "wrong password"}'
LOGIN = (
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY)
)


def begin_login(system: System) -> socket.socket:
    """Send all of a login but its end."""
    connection = socket.create_connection(("127.0.0.1", system.port), TIMEOUT_SECONDS)
    connection.sendall(LOGIN + BODY[:-1])
    time.sleep(0.5)  # it is under way once its head has arrived, which nobody can see from here
    return connection


def end_login(connection: socket.socket) -> bytes:
    with connection:
        connection.sendall(BODY[-1:])
        return connection.recv(65536)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_so_first_then_finishes_what_is_under_way(
    system: System, serve: Serve, workers: str, number: signal.Signals
) -> None:
    process = serve(WORKERS=workers, API_STOP_DELAY_SECONDS="2")
    logins = [begin_login(system) for _ in range(4)]
    process.send_signal(number)
    eventually(lambda: ready(system) == 503)
    assert httpx.get(f"http://127.0.0.1:{system.port}/api/v1/catalog").status_code == 200
    eventually(lambda: ready(system) == 0)
    for connection in logins:
        assert end_login(connection).startswith(b"HTTP/1.1 401 ")
    assert process.wait(TIMEOUT_SECONDS) == 0
    assert process.stdout
    output_lines = process.stdout.read().splitlines()
    assert [line for line in output_lines if '"route":"/ready"' not in line] == []


def test_an_export_under_way_is_sent_to_its_end(
    system: System, serve: Serve, database_url: str
) -> None:
    process = serve(API_STOP_DELAY_SECONDS="0")
    with psycopg.connect(database_url) as conn:
        conn.execute("LOCK TABLE products")
        connection = socket.create_connection(("127.0.0.1", system.port), TIMEOUT_SECONDS)
        connection.sendall(b"GET /api/v1/catalog/export?format=csv HTTP/1.1\r\nHost: x\r\n\r\n")
        eventually(lambda: waits_for_a_lock(database_url))
        process.send_signal(signal.SIGTERM)
        eventually(lambda: ready(system) == 0)
    with connection:
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.endswith(b"supplier_count\r\n\r\n0\r\n\r\n")
    assert process.wait(TIMEOUT_SECONDS) == 0


def waits_for_a_lock(database_url: str) -> bool:
    with psycopg.connect(database_url) as conn:
        waiting: Any = conn.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()
        return waiting[0] > 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_second_signal_leaves_out_the_delay(system: System, serve: Serve, workers: str) -> None:
    process = serve(WORKERS=workers, API_STOP_DELAY_SECONDS="3600")
    connection = begin_login(system)
    process.send_signal(signal.SIGTERM)
    eventually(lambda: ready(system) == 503)
    process.send_signal(signal.SIGTERM)
    eventually(lambda: ready(system) == 0)
    assert end_login(connection).startswith(b"HTTP/1.1 401 ")
    assert process.wait(TIMEOUT_SECONDS) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_does_not_wait_for_ever(system: System, serve: Serve, workers: str) -> None:
    process = serve(WORKERS=workers, API_STOP_DELAY_SECONDS="0", API_STOP_SECONDS="1")
    with begin_login(system):
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_SECONDS) == 0


@pytest.mark.parametrize("milliseconds", [100, 200, 300])
def test_ctrl_c_while_a_command_is_being_loaded_is_quiet(system: System, milliseconds: int) -> None:
    process = system.start("worker", DATABASE_URL="postgresql://x@/x?host=/nowhere")
    time.sleep(milliseconds / 1000)
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    assert "Traceback" not in printed
