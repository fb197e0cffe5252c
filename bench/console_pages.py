"""Server times and sizes of the console: `python bench/console_pages.py [products] [folder]`.

Prints the p50 and p95 of each page and each fragment of one in milliseconds, for one user, and the
compressed bytes of a first visit: the page with its scripts and styles. With a folder the data
stays there, and the next run only measures. Exits with 1 if a p95 or a size is over its limit.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from statistics import median, quantiles
from typing import LiteralString
from uuid import UUID

import bcrypt
import httpx
import msgspec
import psycopg
import staff_sample
from kept_data import data_folder, is_filled, mark_filled
from servers import free_port, served, settings_for

from pricebook.db import migrations
from pricebook.embedded import servers

RUNS = 40
LIMIT_MS, LIMIT_KB = 100, 100
PASSWORD = "kmq7-v3xt-h8ra"  # noqa: S105 (of this benchmark alone)
ASSET = re.compile(r'(?:src|href)="([^"]*/assets/[^"]+)"')
FRAGMENT = {"HX-Request": "true"}
IDS: dict[str, LiteralString] = {
    "product": "SELECT id FROM products WHERE status = 'active' ORDER BY md5(id::text) LIMIT 40",
    "category": "SELECT id FROM categories ORDER BY md5(id::text) LIMIT 40",
    "supplier": "SELECT id FROM suppliers ORDER BY name LIMIT 10",
    "batch": "SELECT id FROM product_batches ORDER BY created_at LIMIT 1",
}
PUBLIC = (
    *("/", "/?search=hammer", "/?search=red+steel", "/?category_id={category}"),
    *("/?min_price=10&max_price=50", "/?sort=price", "/catalog/{product}", "/login"),
)
PRODUCTS = "/console/products"
STAFF = (
    *("/console", PRODUCTS, f"{PRODUCTS}?sort=margin", f"{PRODUCTS}?sort=-updated"),
    *(f"{PRODUCTS}?search=steel", f"{PRODUCTS}?search=hamer+stel", f"{PRODUCTS}?status=draft"),
    *(f"{PRODUCTS}?supplier_id={{supplier}}", f"{PRODUCTS}?max_margin=0&sort=margin"),
    *(f"{PRODUCTS}/{{product}}", f"{PRODUCTS}/{{product}}?search=steel", f"{PRODUCTS}/change"),
    *("/console/price-changes", "/console/price-changes?sort=percent_up"),
    *("/console/price-changes?supplier_id={supplier}", "/console/price-changes?unaddressed=true"),
    *("/console/rules", "/console/rules/new", f"{PRODUCTS}/{{product}}?days=365"),
    *("/console/batches", "/console/batches/{batch}", "/console/matches"),
    *("/console/matches?band=likely", "/console/matches?supplier_id={supplier}"),
    *("/console/matches?search=steel", "/console/matches/list"),
    *("/console/matches/list?band=possible", "/console/matches/certain"),
    *("/console/matches/list/all?band=likely&action=accept", "/console/matches/clusters"),
    *("/console/matches/list?supplier_id={supplier}", "/console/matches/list/all?action=accept"),
    *("/console/account", "/console/components"),
)


class Measured(msgspec.Struct, frozen=True):
    """Milliseconds of a page or fragment, and the bytes of a first visit."""

    p50: float
    p95: float
    kilobytes: float


def main() -> int:
    """Fill the database unless that was done, and measure."""
    products, folder_name = [*sys.argv[1:], *("500000", "")[len(sys.argv) - 1 :]]
    with data_folder(folder_name) as folder, servers(folder / "home") as endpoints:
        if not is_filled(endpoints.database_url):
            fill(endpoints.database_url, int(products))
        settings = settings_for(endpoints, free_port())
        with served(settings), httpx.Client(base_url=settings.address, timeout=30) as client:
            ids = read_ids(endpoints.database_url)
            print(f"{'page':54}{'p50':>8}{'p95 ms':>8}{'kB':>8}")
            slow = [measure(client, each, ids) for each in PUBLIC]
            log_in(client)
            slow += [measure(client, each, ids) for each in STAFF]
            slow.append(measure_target_prices(client, ids["product"]))
    print(f"{sum(slow)} over {LIMIT_MS} ms or {LIMIT_KB} kB")
    return int(any(slow))


def fill(url: str, products: int) -> None:
    """Fill the database with products, items, suggestions, a user and a bulk change."""
    migrations.upgrade(url)
    with psycopg.connect(url) as conn:
        staff_sample.fill(conn, products=products)
        conn.execute(
            "INSERT INTO users (username, password_hash, role) VALUES ('bench', %s, 'admin')",
            [bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()],
        )
    mark_filled(url)


def read_ids(url: str) -> dict[str, list[UUID]]:
    """Return ids for the addresses; each request has the next ones."""
    with psycopg.connect(url) as conn:
        return {name: [row[0] for row in conn.execute(text)] for name, text in IDS.items()}


def log_in(client: httpx.Client) -> None:
    """Log in as an admin, who sees every page."""
    fields = {"username": "bench", "password": PASSWORD, "next": "/console"}
    response = client.post("/login", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    if response.headers.get("location") != "/console":
        raise SystemExit(f"The login responded {response.status_code}: {response.text[:500]}")


def measure(client: httpx.Client, path: str, ids: dict[str, list[UUID]]) -> bool:
    """Print a page and its fragment; return whether one of them is over a limit."""
    if any(f"{{{name}}}" in path and not found for name, found in ids.items()):
        return False
    paths = addresses(path, ids)
    page = Measured(*times(lambda: get(client, next(paths))), first_visit(client, next(paths)))
    is_over = print_line(path, page)
    if "sort=" in path or "search=" in path:
        fragment = times(lambda: get(client, next(paths), FRAGMENT))
        size = len(fetch(client, next(paths), FRAGMENT)) / 1000
        is_over |= print_line(f"  fragment of {path}", Measured(*fragment, size))
    return is_over


def measure_target_prices(client: httpx.Client, products: list[UUID]) -> bool:
    """Print what a target price set in the list takes."""
    prices, ids = cycle(["20.00", "21.00"]), cycle(products)

    def send() -> None:
        fields = {"target_price": next(prices), "before": ""}
        headers = {**FRAGMENT, "Sec-Fetch-Site": "same-origin"}
        path = f"{PRODUCTS}/{next(ids)}/target-price"
        client.post(path, data=fields, headers=headers).raise_for_status()

    return print_line("POST a target price", Measured(*times(send), 0))


def addresses(path: str, ids: dict[str, list[UUID]]) -> Iterator[str]:
    """Yield an address endlessly, with other ids each time."""
    rounds = {name: cycle(found) for name, found in ids.items() if found}
    while True:
        yield path.format(**{name: next(each) for name, each in rounds.items()})


def times(action: Callable[[], None]) -> tuple[float, float]:
    """Return the p50 and p95 of an action in milliseconds."""
    taken: list[float] = []
    for _ in range(RUNS):
        start = time.perf_counter()
        action()
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken), quantiles(taken, n=20)[-1]


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
        f"{name:54}{measured.p50:8.1f}{measured.p95:8.1f}{measured.kilobytes:8.1f}"
        f"{'  over' if is_over else ''}",
        flush=True,
    )
    return is_over


if __name__ == "__main__":
    sys.exit(main())
