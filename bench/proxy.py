"""The proxy of deploy/Caddyfile in front of two real API processes: what passes, and what does not.

`bench/proxy.py CADDY` runs the program CADDY (2.10 or newer) and says what it saw.
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
READERS = 8
HIDDEN = ["/metrics", "/metrics/", "//metrics", "/METRICS", "/%6detrics", "/x/../metrics"]


def main() -> None:
    """Run all of it."""
    with soaking(trusted_proxies="127.0.0.1", login_failures_per_address=FAILURES) as soak:
        sample.fill(soak.conn, products=100_000)
        processes = [msgspec.structs.replace(soak.settings, port=free_port()) for _ in range(2)]
        with (
            served(processes[0]),
            served(processes[1]),
            proxied(processes) as (site, pid),
            httpx.Client(base_url=site, timeout=120) as client,
        ):
            show_uploads(client, soak, pid)
            show_export(client, pid)
            show_kept_answers(client)
            show_callers(client, site)
            show_hidden(site)
        show_restarts(soak)


@contextmanager
def proxied(apis: list[Settings]) -> Generator[tuple[str, int]]:
    """Run the proxy in front of the APIs; yields its address and the id of its process."""
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
            while not answers(site):
                time.sleep(0.05)
            yield site, process.pid
        finally:
            process.terminate()
            process.wait()


def answers(site: str) -> bool:
    """Whether somebody answers there."""
    try:
        return httpx.get(f"{site}/live").is_success
    except httpx.TransportError:
        return False


def memory(pid: int) -> str:
    """Tell the most memory that a process has had."""
    status = Path(f"/proc/{pid}/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return f"the proxy's peak is {int(peak.split()[1]) // 1024} MiB"


def list_of(mebibytes: int) -> Iterator[bytes]:
    """Yield a price list of about this size, as a form."""
    yield b"--edge\r\nContent-Disposition: form-data; name=file; filename=a.csv\r\n\r\n"
    yield b"Article code,Name,Price\n"
    line = b"A-%08d,Nail " + b"x" * 1000 + b",1.50\n"
    for number in range(mebibytes * MEBIBYTE // len(line)):
        yield line % number
    yield b"\r\n--edge--\r\n"


def show_uploads(client: httpx.Client, soak: Soak, pid: int) -> None:
    """Send a large list and one that is too large."""
    admin = soak.header_of("admin") | {"Content-Type": "multipart/form-data; boundary=edge"}
    path = f"/api/v1/admin/suppliers/{soak.supplier('Large')}/upload"
    for size in (150, 210):
        begun = time.perf_counter()
        answer = client.post(path, content=list_of(size), headers=admin)
        spent = time.perf_counter() - begun
        code = answer.json().get("error", {}).get("code", "accepted")
        print(f"upload of {size} MB: {answer.status_code} {code} in {spent:.1f} s, {memory(pid)}")


def show_export(client: httpx.Client, pid: int) -> None:
    """Read a long export; the first piece comes long before the last."""
    begun = time.perf_counter()
    with client.stream("GET", f"{CATALOG}/export") as answer:
        pieces = answer.iter_raw()
        size = len(next(pieces))
        first = time.perf_counter() - begun
        size += sum(len(piece) for piece in pieces)
    spent = time.perf_counter() - begun
    print(
        f"export of {size // 1024} kB: first piece after {first:.2f} s of {spent:.2f} s,", end=" "
    )
    print(memory(pid))


def show_kept_answers(client: httpx.Client) -> None:
    """Ask for an answer packed, and whether it has changed."""
    plain = client.get(CATALOG, headers={"Accept-Encoding": "identity"})
    with client.stream("GET", CATALOG, headers={"Accept-Encoding": "gzip"}) as packed:
        same = gzip.decompress(b"".join(packed.iter_raw())) == plain.content
        print(f"gzip: {packed.headers['Content-Encoding']}, same content: {same}")
    again = client.get(CATALOG, headers={"If-None-Match": plain.headers["ETag"]})
    print(f"If-None-Match: {again.status_code}, {len(again.content)} bytes")


def show_callers(client: httpx.Client, site: str) -> None:
    """Fail to log in too often, then from another address, then with a forged one."""
    for number in range(FAILURES):
        client.post(LOGIN, json={"username": f"nobody{number}", "password": "wrong password"})
    guess = {"username": "somebody", "password": "wrong password"}
    forged = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2")) as other:
        elsewhere = other.post(f"{site}{LOGIN}", json=guess).status_code
    print(f"login, same address: {client.post(LOGIN, json=guess).status_code},", end=" ")
    print(
        f"with a forged one: {client.post(LOGIN, json=guess, headers=forged).status_code},", end=" "
    )
    print(f"from another: {elsewhere}")


def show_hidden(site: str) -> None:
    """Ask for what is not for the outside, in each way to write it."""
    for path in HIDDEN:
        command = [
            "curl",
            "--silent",
            "--path-as-is",
            "--write-out",
            "%{http_code}, %{size_download} bytes",
            site + path,
        ]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        print(f"{path}: {answer}")


def show_restarts(soak: Soak) -> None:
    """End one API process after the other and start it again, under a load of GETs."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        apis = [msgspec.structs.replace(soak.settings, port=free_port()) for _ in range(2)]
        with ExitStack() as first, ExitStack() as second:
            stacks = [first, second]
            pids = [
                stack.enter_context(served(api)) for api, stack in zip(apis, stacks, strict=True)
            ]
            with proxied(apis) as (site, _), readers(site) as seen:
                for api, stack, pid in zip(apis, stacks, pids, strict=True):
                    time.sleep(2)
                    os.kill(pid, number)
                    stack.close()
                    time.sleep(2)
                    stack.enter_context(served(api))
                time.sleep(2)
        print(f"each API process ended by {number.name} in turn, answers: {dict(seen)}")


@contextmanager
def readers(site: str) -> Generator[Counter[int | str]]:
    """Ask for pages all the time; yields what was answered."""
    seen: Counter[int | str] = Counter()
    done = Event()

    def read() -> None:
        with httpx.Client(base_url=site, timeout=30) as client:
            for page in itertools.count(1):
                if done.is_set():
                    return
                try:
                    seen[client.get(CATALOG, params={"page": page % 1000 + 1}).status_code] += 1
                except httpx.TransportError as error:
                    seen[type(error).__name__] += 1

    threads = [Thread(target=read) for _ in range(READERS)]
    for each in threads:
        each.start()
    yield seen
    done.set()
    for each in threads:
        each.join()


if __name__ == "__main__":
    main()
