"""Counts the requests that fail during a rolling restart of two APIs behind nginx.

    .venv/bin/python bench/rolling.py

The free nginx has no active health checks. A loop here requests /ready, as other proxies do, and
reloads nginx with the servers that are ready. Clients read pages, export and log in meanwhile. Each
API gets SIGTERM and is started again after its exit.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import msgspec
import psycopg
from servers import migrated_servers, settings_for

from pricebook.cli.up import is_ready
from pricebook.settings import Settings

PROXY, PORTS = 8790, (8791, 8792)
POLL_SECONDS = 0.2
ROUNDS = 2
CLIENTS = 4
GOOD = {str(HTTPStatus.OK.value), str(HTTPStatus.UNAUTHORIZED.value)}
PRODUCTS = """
INSERT INTO products (internal_sku, name, status)
SELECT 'P-' || n, 'Product ' || n, 'active' FROM generate_series(1, 20000) n
"""
# A reload closes idle client connections that may just be used: keep-alive is off.
CONFIGURATION = """
daemon off; pid {folder}/pid; error_log {folder}/errors warn; worker_processes 1;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_timeout 0;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream api {{ {servers} keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
    }}
  }}
}}
"""


class Proxy:
    """nginx in front of the APIs that are ready."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._configuration = folder / "nginx.conf"
        self._ready: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None

    def route_to(self, ready: list[int]) -> None:
        """Send new requests to these ports; open requests end where they are."""
        if ready in ([], self._ready):
            return
        servers = " ".join(f"server 127.0.0.1:{port};" for port in ready)
        self._configuration.write_text(
            CONFIGURATION.format(folder=self._folder, servers=servers, port=PROXY)
        )
        self._ready = ready
        if self._process:
            self._process.send_signal(signal.SIGHUP)
        else:
            command = ["nginx", "-p", str(self._folder), "-c", str(self._configuration)]
            self._process = subprocess.Popen(command)

    def stop(self) -> None:
        """Stop nginx."""
        if self._process:
            self._process.terminate()
            self._process.wait()


def main() -> None:
    """Restart each API in turn under load; print the outcomes of the requests."""
    if not shutil.which("nginx"):
        raise SystemExit("nginx is not installed: `apt-get install nginx-light`.")
    with migrated_servers() as endpoints, TemporaryDirectory() as folder, ExitStack() as stack:
        with psycopg.connect(endpoints.database_url) as conn:
            conn.execute(PRODUCTS)
        Path(folder).chmod(0o755)
        proxy = Proxy(Path(folder))
        stack.callback(proxy.stop)
        several = {port: _settings(settings_for(endpoints, port)) for port in PORTS}
        seen = asyncio.run(_restart_in_turn(proxy, several))
    for (kind, outcome), times in sorted(seen.items()):
        print(f"{kind:10}{outcome:12}{times:8}")
    failed = sum(times for (_, outcome), times in seen.items() if outcome not in GOOD)
    print(f"{failed} of {seen.total()} requests failed.")
    sys.exit(1 if failed else 0)


def _settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(
        settings, login_failures_per_name=100_000, login_failures_per_address=100_000
    )


async def _restart_in_turn(proxy: Proxy, several: dict[int, Settings]) -> Counter[tuple[str, str]]:
    running = {port: _start(settings) for port, settings in several.items()}
    seen: Counter[tuple[str, str]] = Counter()
    polling = asyncio.create_task(_poll_ready(proxy, several))
    try:
        for settings in several.values():
            await _until_ready(settings)
        await asyncio.sleep(1)
        clients = [
            asyncio.create_task(_send_requests(kind, seen))
            for kind in REQUESTS
            for _ in range(CLIENTS)
        ]
        for port in PORTS * ROUNDS:
            code = await _restart(port, several[port], running)
            print(f"the API at {port} exited with {code} and is ready again")
        for task in clients:
            task.cancel()
        await asyncio.gather(*clients, return_exceptions=True)
    finally:
        polling.cancel()
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()
    return seen


def _start(settings: Settings) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "pricebook.cli", "serve"]
    environment = {**os.environ, **settings.as_environment()}
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


async def _restart(
    port: int, settings: Settings, running: dict[int, subprocess.Popen[bytes]]
) -> int:
    """Stop an API and start it again; return its exit code once the next one is ready."""
    running[port].send_signal(signal.SIGTERM)
    code = await asyncio.to_thread(running[port].wait)
    running[port] = _start(settings)
    await _until_ready(settings)
    await asyncio.sleep(1)  # the loop has polled it, and nginx routes to it
    return code


async def _until_ready(settings: Settings) -> None:
    def wait() -> None:
        while not is_ready(settings):
            time.sleep(POLL_SECONDS)

    await asyncio.to_thread(wait)


async def _poll_ready(proxy: Proxy, several: dict[int, Settings]) -> None:
    while True:
        answers = [asyncio.to_thread(is_ready, settings) for settings in several.values()]
        ready = await asyncio.gather(*answers)
        proxy.route_to([port for port, is_up in zip(several, ready, strict=True) if is_up])
        await asyncio.sleep(POLL_SECONDS)


REQUESTS = {
    "page": ("GET", "/api/v1/catalog?limit=10"),
    "export": ("GET", "/api/v1/catalog/export"),
    "login": ("POST", "/api/v1/auth/login"),
}


async def _send_requests(kind: str, seen: Counter[tuple[str, str]]) -> None:
    """Send requests of one kind until cancelled; count their outcomes."""
    method, path = REQUESTS[kind]
    body = {"username": "nobody", "password": "wrong password"} if method == "POST" else None
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{PROXY}", timeout=60) as client:
        with suppress(asyncio.CancelledError):
            while True:
                sent_at = time.monotonic()
                try:
                    response = await client.request(method, path, json=body)
                    outcome = str(response.status_code)
                except httpx.TransportError as error:
                    outcome = type(error).__name__
                seen[kind, outcome] += 1
                await asyncio.sleep(max(0.02 - (time.monotonic() - sent_at), 0))


if __name__ == "__main__":
    main()
