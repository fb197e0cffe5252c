"""Times and sizes of the console: `python bench/console_pages.py [products] [folder] [part]`.

Prints the p50 and p95 of each page and each fragment of one in milliseconds, for one user, the CPU
time of the API and PostgreSQL, which depends less on other work on the machine, and the compressed
bytes of a first visit: the page with its scripts and styles. With a folder the data
stays there, and the next run only measures; with a part, the addresses that contain it. Exits with
1 if a p95 or a size is over its limit.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from statistics import median, quantiles
from typing import Any

import bcrypt
import httpx
import msgspec
import psycopg
import staff_activity
import staff_sample
from console_views import IDS, PRODUCTS, PUBLIC, STAFF
from kept_data import data_folder, is_filled, mark_filled
from load import cpu_seconds
from servers import free_port, served, settings_for

from catalog import postmaster
from pricebook.db import migrations
from pricebook.embedded import servers

RUNS = 40
LIMIT_MS, LIMIT_KB = 100, 100
PASSWORD = "kmq7-v3xt-h8ra"  # noqa: S105 (of this benchmark alone)
ASSET = re.compile(r'(?:src|href)="([^"]*/assets/[^"]+)"')
FRAGMENT = {"HX-Request": "true"}
ROLES = ("admin", "procurement", "sales")


class Measured(msgspec.Struct, frozen=True):
    """Milliseconds of a page or fragment, and the bytes of a first visit."""

    p50: float
    p95: float
    cpu: float
    kilobytes: float


class Site(msgspec.Struct, frozen=True):
    """The API that is measured: its client, the ids in its addresses, and the processes."""

    client: httpx.Client
    ids: dict[str, list[Any]]
    pids: tuple[int, ...]

    def times(self, action: Callable[[], None]) -> tuple[float, float, float]:
        """Return the p50 and p95 of an action in milliseconds, and its CPU time."""
        taken: list[float] = []
        before = sum(map(cpu_seconds, self.pids))
        for _ in range(RUNS):
            start = time.perf_counter()
            action()
            taken.append((time.perf_counter() - start) * 1000)
        cpu = sum(map(cpu_seconds, self.pids)) - before
        return median(taken), quantiles(taken, n=20)[-1], cpu * 1000 / RUNS


def main() -> int:
    """Fill the database unless that was done, and measure."""
    products, folder_name, part = [*sys.argv[1:], *("500000", "", "")[len(sys.argv) - 1 :]]
    with data_folder(folder_name) as folder, servers(folder / "home") as endpoints:
        if not is_filled(endpoints.database_url):
            fill(endpoints.database_url, int(products))
        settings = settings_for(endpoints, free_port())
        address = settings.address
        with served(settings) as pid, httpx.Client(base_url=address, timeout=30) as client:
            ids = read_ids(endpoints.database_url)
            site = Site(client, ids, (pid, postmaster(endpoints.database_url)))
            print(f"{'page':74}{'p50':>8}{'p95 ms':>8}{'CPU ms':>8}{'kB':>8}")
            slow = list(measure_all(site, part))
    print(f"{sum(slow)} over {LIMIT_MS} ms or {LIMIT_KB} kB")
    return int(any(slow))


def measure_all(site: Site, part: str) -> Iterator[bool]:
    """Measure the addresses that contain a part; yield whether each is over a limit."""
    yield from (measure(site, each) for each in PUBLIC if part in each)
    for role in reversed(ROLES):
        log_in(site.client, role)
        if part in "/console":
            print(f"as {role}:")
            yield measure(site, "/console")
    yield from (measure(site, each) for each in STAFF if part in each)
    if not part:
        yield measure_target_prices(site)


def fill(url: str, products: int) -> None:
    """Fill the database with products, items, suggestions, what happens to them, and users."""
    migrations.upgrade(url)
    with psycopg.connect(url) as conn:
        staff_sample.fill(conn, products=products)
        staff_activity.fill(conn, products=products)
        for role in ROLES:
            conn.execute(
                "INSERT INTO users (username, password_hash, role) VALUES (%s, %s, %s)",
                [
                    f"bench-{role}",
                    bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
                    role,
                ],
            )
    mark_filled(url)


def read_ids(url: str) -> dict[str, list[Any]]:
    """Return ids for the addresses; each request has the next ones."""
    with psycopg.connect(url) as conn:
        return {name: [row[0] for row in conn.execute(text)] for name, text in IDS.items()}


def log_in(client: httpx.Client, role: str) -> None:
    """Log in with a role; an admin sees every page."""
    fields = {"username": f"bench-{role}", "password": PASSWORD, "next": "/console"}
    response = client.post("/login", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    if response.headers.get("location") != "/console":
        raise SystemExit(f"The login responded {response.status_code}: {response.text[:500]}")


def measure(site: Site, path: str) -> bool:
    """Print a page and its fragment; return whether one of them is over a limit."""
    if any(f"{{{name}}}" in path and not found for name, found in site.ids.items()):
        return False
    client, paths = site.client, addresses(path, site.ids)
    page = Measured(*site.times(lambda: get(client, next(paths))), first_visit(client, next(paths)))
    is_over = print_line(path, page)
    if "sort=" in path or "search=" in path:
        fragment = site.times(lambda: get(client, next(paths), FRAGMENT))
        size = len(fetch(client, next(paths), FRAGMENT)) / 1000
        is_over |= print_line(f"  fragment of {path}", Measured(*fragment, size))
    return is_over


def measure_target_prices(site: Site) -> bool:
    """Print what a target price set in the list takes."""
    prices, ids = cycle(["20.00", "21.00"]), cycle(site.ids["product"])

    def send() -> None:
        fields = {"target_price": next(prices), "before": ""}
        headers = {**FRAGMENT, "Sec-Fetch-Site": "same-origin"}
        path = f"{PRODUCTS}/{next(ids)}/target-price"
        site.client.post(path, data=fields, headers=headers).raise_for_status()

    return print_line("POST a target price", Measured(*site.times(send), 0))


def addresses(path: str, ids: dict[str, list[Any]]) -> Iterator[str]:
    """Yield an address endlessly, with other ids each time."""
    rounds = {name: cycle(found) for name, found in ids.items() if found}
    while True:
        yield path.format(**{name: next(each) for name, each in rounds.items()})


def get(client: httpx.Client, path: str, headers: dict[str, str] | None = None) -> None:
    """Request a page; exit if it cannot be shown."""
    response = client.get(path, headers={"Accept": "text/html", **(headers or {})})
    if not response.is_success:
        raise SystemExit(f"{path} responded {response.status_code}: {response.text[:500]}")


def first_visit(client: httpx.Client, path: str) -> float:
    """Return the compressed kilobytes of a page with its scripts and styles."""
    page = client.get(path, headers={"Accept": "text/html"}).text
    assets = set(ASSET.findall(page))
    return sum(len(fetch(client, each)) for each in (path, *assets)) / 1000


def fetch(client: httpx.Client, path: str, headers: dict[str, str] | None = None) -> bytes:
    """Return the body of a response as it is sent, compressed."""
    with client.stream("GET", path, headers={"Accept": "text/html", **(headers or {})}) as response:
        return b"".join(response.iter_raw())


def print_line(name: str, measured: Measured) -> bool:
    """Print a line of the table; return whether it is over a limit."""
    is_over = measured.p95 > LIMIT_MS or measured.kilobytes > LIMIT_KB
    print(
        f"{name:74}{measured.p50:8.1f}{measured.p95:8.1f}{measured.cpu:8.1f}{measured.kilobytes:8.1f}"
        f"{'  over' if is_over else ''}",
        flush=True,
    )
    return is_over


if __name__ == "__main__":
    sys.exit(main())
