"""Graceful shutdown of `pricebook serve`: requests in progress are finished, then it exits."""

import signal
import socket
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from running_system import TIMEOUT_SECONDS, Serve, System, eventually, ready

BODY = b'{"username": "nobody", "password": "wrong password"}'
LOGIN = (
    b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(BODY)
)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def begin_login(system: System) -> socket.socket:
    """Send the request head of a login and wait until the server reads its body."""
    connection = socket.create_connection(("127.0.0.1", system.port), TIMEOUT_SECONDS)
    connection.sendall(LOGIN)
    assert connection.recv(len(CONTINUE), socket.MSG_WAITALL) == CONTINUE
    return connection


def wait_until_each_process_is_ready(system: System) -> None:
    """Ask so many times that each of two processes has answered, each connection by chance."""
    for _ in range(10):
        eventually(lambda: ready(system) == 200)


def end_login(connection: socket.socket) -> bytes:
    """Send the body of a login and return the response."""
    with connection:
        connection.sendall(BODY)
        return connection.recv(65536)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_ready_is_503_and_requests_in_progress_are_finished(
    system: System, serve: Serve, workers: str, number: signal.Signals
) -> None:
    process = serve(WORKERS=workers, API_STOP_DELAY_SECONDS="2")
    wait_until_each_process_is_ready(system)
    logins = [begin_login(system) for _ in range(4)]
    process.send_signal(number)
    eventually(lambda: ready(system) == 503)
    catalog = f"http://127.0.0.1:{system.port}/api/v1/catalog"
    assert httpx.get(catalog, timeout=TIMEOUT_SECONDS).status_code == 200
    eventually(lambda: ready(system) == 0)
    for connection in logins:
        assert end_login(connection).startswith(b"HTTP/1.1 401 ")
    assert process.wait(TIMEOUT_SECONDS) == 0
    assert process.stdout
    output_lines = process.stdout.read().splitlines()
    assert [line for line in output_lines if '"route":"/ready"' not in line] == []


def test_export_in_progress_is_sent_completely(
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
def test_second_signal_skips_the_delay(system: System, serve: Serve, workers: str) -> None:
    process = serve(WORKERS=workers, API_STOP_DELAY_SECONDS="3600")
    wait_until_each_process_is_ready(system)
    connection = begin_login(system)
    process.send_signal(signal.SIGTERM)
    eventually(lambda: ready(system) == 503)
    process.send_signal(signal.SIGTERM)
    eventually(lambda: ready(system) == 0)
    assert end_login(connection).startswith(b"HTTP/1.1 401 ")
    assert process.wait(TIMEOUT_SECONDS) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_shutdown_ends_after_its_timeout(system: System, serve: Serve, workers: str) -> None:
    process = serve(WORKERS=workers, API_STOP_DELAY_SECONDS="0", API_STOP_SECONDS="1")
    with begin_login(system):
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_SECONDS) == 0


@pytest.mark.parametrize("library", ["msgspec/_core", "psycopg_binary/_psycopg", "bcrypt/_bcrypt"])
def test_ctrl_c_while_modules_are_imported_prints_no_traceback(
    system: System, library: str
) -> None:
    process = system.start("worker", DATABASE_URL="postgresql://x@/x?host=/nowhere")
    eventually(lambda: library in Path(f"/proc/{process.pid}/maps").read_text())
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=TIMEOUT_SECONDS)
    assert "Traceback" not in printed
