"""A backup under load, restored into an empty server: `python bench/backup.py [products]`.

The commands are those of docs/operations.md. While the backup is taken, a list is imported again
and again with other prices, and items are linked. What was restored is compared with the moment of
the backup, table by table, and looked at by the doctor.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import psycopg
import sample
from psycopg import sql
from psycopg.conninfo import make_conninfo

from pricebook.db import migrations
from pricebook.db.migrations import rights
from pricebook.embedded import Endpoints, binaries, data_folders, servers

LIST_ROWS = 20_000
PRICEBOOK = (sys.executable, "-m", "pricebook.cli.main")
SUM = "SELECT count(*), coalesce(sum(hashtextextended(each::text, 0)), 0) FROM {} AS each"
ITEMS = "SELECT id FROM supplier_items"
PRODUCTS = "SELECT id FROM products"
LINK = "UPDATE supplier_items SET product_id = %s WHERE id = %s"


def main() -> None:
    """Back up, restore, compare; print how long each took."""
    products = int([*sys.argv[1:], "50000"][0])
    with TemporaryDirectory(prefix="pricebook-bench-") as folder:
        Path(folder).chmod(0o755)
        dump = Path(folder) / "pricebook.dump"
        with prepared(Path(folder) / "source") as source:
            migrations.upgrade(source.database_url)
            with psycopg.connect(source.database_url) as conn:
                sample.fill(conn, products=products)
            with load(source, Path(folder)) as done:
                sums = back_up(source, dump)
                print(f"  meanwhile {done['links']:,} links and {done['lists']} lists")
        print(f"  {dump.stat().st_size / 2**20:.0f} MiB")
        with prepared(Path(folder) / "target") as target:
            restore(target, dump)
            compare(sums, sums_of(target.database_url))


@contextmanager
def prepared(home: Path) -> Generator[Endpoints]:
    """Run servers with an empty database that has the roles."""
    with servers(home) as endpoints:
        script = subprocess.run([*PRICEBOOK, "roles"], check=True, capture_output=True).stdout
        administrator = make_conninfo(endpoints.database_url, user="postgres")
        run("psql", "--quiet", "--set", "ON_ERROR_STOP=1", administrator, given=script)
        yield endpoints


def back_up(source: Endpoints, dump: Path) -> dict[str, Any]:
    """Take a backup; return the sums of the tables at its moment."""
    with psycopg.connect(source.database_url) as conn:
        conn.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        row = conn.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = row[0] if row else ""
        options = ("--format=custom", f"--snapshot={snapshot}", f"--file={dump}")
        timed("pg_dump", lambda: run("pg_dump", *options, source.database_url))
        return sums(conn)


def restore(target: Endpoints, dump: Path) -> None:
    """Restore a backup into an empty database and let the doctor look at it."""
    options = ("--exit-on-error", "--no-owner", "--no-privileges", "--jobs=2")
    restoring = ("pg_restore", *options, f"--dbname={target.database_url}", str(dump))
    timed("pg_restore", lambda: run(*restoring))
    environment = {
        "DATABASE_URL": target.database_url,
        "REDIS_URL": target.redis_url,
        "JWT_SECRET": "a secret of this benchmark alone, 0123456789",
        "UPLOADS_DIR": str(dump.parent / "uploads"),
    }
    timed("migrate", lambda: pricebook("migrate", environment))
    timed("doctor", lambda: pricebook("doctor", environment))
    with psycopg.connect(make_conninfo(target.database_url, user=rights.API_ROLE)) as conn:
        conn.execute("SELECT count(*) FROM products")


@contextmanager
def load(source: Endpoints, folder: Path) -> Generator[Counter[str]]:
    """Link items and take in lists until the block ends; yields how often each was done."""
    over, done = Event(), Counter[str]()
    workers = [
        Thread(target=link, args=(source, over, done)),
        Thread(target=run_import, args=(source, folder / "list.csv", over, done)),
    ]
    for worker in workers:
        worker.start()
    while not done["lists"]:
        time.sleep(0.1)
    done.clear()
    try:
        yield done
    finally:
        over.set()
        for worker in workers:
            worker.join()


def link(source: Endpoints, over: Event, done: Counter[str]) -> None:
    """Link items to other products, one after another, with the rights of the API."""
    random = Random(7)
    api = make_conninfo(source.database_url, user=rights.API_ROLE)
    with psycopg.connect(api, autocommit=True) as conn:
        items, products = (
            [each for (each,) in conn.execute(query).fetchall()] for query in (ITEMS, PRODUCTS)
        )
        while not over.is_set():
            conn.execute(LINK, [random.choice(products), random.choice(items)])
            done["links"] += 1


def run_import(source: Endpoints, path: Path, over: Event, done: Counter[str]) -> None:
    """Take in one list again and again, each time with another price."""
    environment = {"DATABASE_URL": source.database_url, "REDIS_URL": source.redis_url}
    price = 20
    while not over.is_set():
        price += 1
        rows = (f"N-{n},Nail {n},{price}.50" for n in range(LIST_ROWS))
        path.write_text("\n".join(["Article code,Name,Price", *rows]))
        pricebook("import", environment, str(path), "--supplier", "Nordwerk", "--json")
        done["lists"] += 1


def sums_of(url: str) -> dict[str, Any]:
    """Return the sums of the tables of a database."""
    with psycopg.connect(url) as conn:
        return sums(conn)


def sums(conn: psycopg.Connection) -> dict[str, Any]:
    """Return count and checksum of each table."""
    conn.execute("SET LOCAL TIME ZONE 'UTC'")
    names = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    queries = {name: sql.SQL(SUM).format(sql.Identifier(name)) for (name,) in sorted(names)}
    return {name: conn.execute(query).fetchone() for name, query in queries.items()}


def compare(backed_up: dict[str, Any], restored: dict[str, Any]) -> None:
    """Print each table; ends with an error when one differs."""
    for name, (count, _) in backed_up.items():
        print(f"  {name:20} {count:9,} rows {'equal' if backed_up == restored else restored[name]}")
    if backed_up != restored:
        raise SystemExit("What was restored is not what was backed up.")


def run(program: str, *words: str, given: bytes = b"") -> None:
    """Run a program of PostgreSQL's; ends with an error when it fails, or warns."""
    path = (
        binaries.find_postgres_folder(
            data_folders.Account(os.getuid(), os.getgid(), switch_user=False)
        )
        / program
    )
    done = subprocess.run([path, *words], input=given, capture_output=True, check=False)
    if done.returncode or done.stderr:
        raise SystemExit(f"{program}: {done.stderr.decode()}")


def pricebook(command: str, environment: dict[str, str], *words: str) -> None:
    """Run a command of ours; ends with what it said when it fails."""
    done = subprocess.run(
        [*PRICEBOOK, command, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}")


def timed(name: str, do: Callable[[], Any]) -> None:
    """Do something and print how long it took."""
    begun = time.perf_counter()
    do()
    print(f"  {name:12} {time.perf_counter() - begun:6.1f} s", flush=True)


if __name__ == "__main__":
    main()
