"""The proxy of deploy/Caddyfile in front of two API processes: `bench/proxy.py CADDY`.

CADDY is the path of the program (2.10 or newer). Prints the results for uploads, exports, cached
pages, client addresses, hidden paths and restarts of the API processes.
"""

import gzip
import itertools
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

import httpx
import msgspec
import sample
from servers import free_port, served
from tasks_system import Soak, soaking

from pricebook.settings import Settings

CADDYFILE = Path(__file__).parents[1] / "deploy/Caddyfile"
MEBIBYTE = 1024 * 1024
CATALOG = "/api/v1/catalog"
LOGIN = "/api/v1/auth/login"
FAILURES = 5
CLIENTS = 8
HIDDEN = ["/metrics", "/metrics/", "//metrics", "/METRICS", "/%6detrics", "/x/../metrics"]


def main() -> None:
    """Run all parts."""
    with soaking(trusted_proxies="127.0.0.1", login_failures_per_address=FAILURES) as soak:
        sample.fill(soak.conn, products=100_000)
        processes = [msgspec.structs.replace(soak.settings, port=free_port()) for _ in range(2)]
        with (
            served(processes[0]),
            served(processes[1]),
            proxied(processes) as (site, pid),
            httpx.Client(base_url=site, timeout=120) as client,
        ):
            print_uploads(client, soak, pid)
            print_export(client, pid)
            print_cached_responses(client)
            print_client_addresses(client, site)
            print_hidden(site)
        print_restarts(soak)


@contextmanager
def proxied(apis: list[Settings]) -> Generator[tuple[str, int]]:
    """Run the proxy in front of the APIs; yield its address and its process id."""
    site = f"http://127.0.0.1:{free_port()}"
    with TemporaryDirectory(prefix="pricebook-proxy-") as folder:
        environment = os.environ | {
            "SITE_ADDRESS": site,
            "API_UPSTREAMS": " ".join(f"127.0.0.1:{api.port}" for api in apis),
            "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
            "XDG_DATA_HOME": folder,
            "XDG_CONFIG_HOME": folder,
        }
        command = [sys.argv[1], "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            while not is_live(site):
                time.sleep(0.05)
            yield site, process.pid
        finally:
            process.terminate()
            process.wait()


def is_live(site: str) -> bool:
    """Return whether the proxy serves /live."""
    try:
        return httpx.get(f"{site}/live").is_success
    except httpx.TransportError:
        return False


def peak_memory(pid: int) -> str:
    """Return the peak memory of a process as text."""
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return f"the proxy's peak is {int(peak.split()[1]) // 1024} MiB"


def price_list_form(mebibytes: int) -> Iterator[bytes]:
    """Yield a multipart form with a price list of about this size."""
    yield b"--edge\r\nContent-Disposition: form-data; name=file; filename=a.csv\r\n\r\n"
    yield b"Article code,Name,Price\n"
    line = b"A-%08d,Nail " + b"x" * 1000 + b",1.50\n"
    for number in range(mebibytes * MEBIBYTE // len(line)):
        yield line % number
    yield b"\r\n--edge--\r\n"


def print_uploads(client: httpx.Client, soak: Soak, pid: int) -> None:
    """Upload a large price list and one over the limit."""
    admin = soak.header_of("admin") | {"Content-Type": "multipart/form-data; boundary=edge"}
    path = f"/api/v1/admin/suppliers/{soak.supplier('Large')}/upload"
    for size in (150, 210):
        started = time.perf_counter()
        response = client.post(path, content=price_list_form(size), headers=admin)
        seconds = time.perf_counter() - started
        code = response.json().get("error", {}).get("code", "accepted")
        print(f"upload of {size} MB: {response.status_code} {code} in {seconds:.1f} s,", end=" ")
        print(peak_memory(pid))


def print_export(client: httpx.Client, pid: int) -> None:
    """Read a long export; print the times of its first and its last part."""
    started = time.perf_counter()
    with client.stream("GET", f"{CATALOG}/export") as response:
        parts = response.iter_raw()
        size = len(next(parts))
        first = time.perf_counter() - started
        size += sum(len(part) for part in parts)
    seconds = time.perf_counter() - started
    print(
        f"export of {size // 1024} kB: first part after {first:.2f} s of {seconds:.2f} s,", end=" "
    )
    print(peak_memory(pid))


def print_cached_responses(client: httpx.Client) -> None:
    """Request a page with gzip, and with the ETag of the current response."""
    plain = client.get(CATALOG, headers={"Accept-Encoding": "identity"})
    with client.stream("GET", CATALOG, headers={"Accept-Encoding": "gzip"}) as compressed:
        same = gzip.decompress(b"".join(compressed.iter_raw())) == plain.content
        print(f"gzip: {compressed.headers['Content-Encoding']}, same content: {same}")
    again = client.get(CATALOG, headers={"If-None-Match": plain.headers["ETag"]})
    print(f"If-None-Match: {again.status_code}, {len(again.content)} bytes")


def print_client_addresses(client: httpx.Client, site: str) -> None:
    """Exceed the limit of failed logins; log in from another address and with a forged header."""
    for number in range(FAILURES):
        client.post(LOGIN, json={"username": f"nobody{number}", "password": "wrong password"})
    credentials = {"username": "other", "password": "wrong password"}
    forged = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as other:
        from_other_address = other.post(f"{site}{LOGIN}", json=credentials).status_code
    with_forged_address = client.post(LOGIN, json=credentials, headers=forged).status_code
    print(f"login, same address: {client.post(LOGIN, json=credentials).status_code},", end=" ")
    print(f"with a forged address: {with_forged_address},", end=" ")
    print(f"from another address: {from_other_address}")


def print_hidden(site: str) -> None:
    """Request the hidden path in each spelling."""
    for path in HIDDEN:
        command = [
            "curl",
            "--silent",
            "--path-as-is",
            "--write-out",
            "%{http_code}, %{size_download} bytes",
            site + path,
        ]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(f"{path}: {output}")


def print_restarts(soak: Soak) -> None:
    """Stop and start each API process in turn while clients send GET requests."""
    for stop_signal in (signal.SIGTERM, signal.SIGKILL):
        apis = [msgspec.structs.replace(soak.settings, port=free_port()) for _ in range(2)]
        with ExitStack() as first, ExitStack() as second:
            stacks = [first, second]
            pids = [
                stack.enter_context(served(api)) for api, stack in zip(apis, stacks, strict=True)
            ]
            with proxied(apis) as (site, _), catalog_clients(site) as outcomes:
                for api, stack, pid in zip(apis, stacks, pids, strict=True):
                    time.sleep(2)
                    os.kill(pid, stop_signal)
                    stack.close()
                    time.sleep(2)
                    stack.enter_context(served(api))
                time.sleep(2)
        print(
            f"each API process stopped by {stop_signal.name} in turn, responses: {dict(outcomes)}"
        )


@contextmanager
def catalog_clients(site: str) -> Generator[Counter[int | str]]:
    """Request catalog pages until the block ends; yield the counts of statuses and errors."""
    outcomes: Counter[int | str] = Counter()
    done = Event()

    def read() -> None:
        with httpx.Client(base_url=site, timeout=30) as client:
            for page in itertools.count(1):
                if done.is_set():
                    return
                try:
                    outcomes[client.get(CATALOG, params={"page": page % 1000 + 1}).status_code] += 1
                except httpx.TransportError as error:
                    outcomes[type(error).__name__] += 1

    threads = [Thread(target=read) for _ in range(CLIENTS)]
    for each in threads:
        each.start()
    yield outcomes
    done.set()
    for each in threads:
        each.join()


if __name__ == "__main__":
    main()
