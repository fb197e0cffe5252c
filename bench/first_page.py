"""Requests a second of the catalog's first page at 10,000 products, by wrk on the same machine.

`python bench/first_page.py [seconds]`; wrk must be installed. Prints the median of three runs.
"""

import re
import shutil
import subprocess
import sys
from statistics import median

import psycopg
import sample
from servers import migrated_servers, served, settings_for

PORT = 8089
CONNECTIONS = 64
RUNS = 3


def main() -> None:
    """Fill a catalog, serve it and drive it."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise SystemExit("wrk is not installed.")
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    with migrated_servers() as endpoints:
        with psycopg.connect(endpoints.database_url) as conn:
            sample.fill(conn, products=10_000)
        with served(settings_for(endpoints, PORT)):
            for path in ("/live", "/api/v1/catalog"):
                print(path, measure(wrk, path, seconds), "requests a second")


def measure(wrk: str, path: str, seconds: int) -> list[float]:
    """Return the requests a second of each run, the median first."""
    command = [wrk, "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", f"http://127.0.0.1:{PORT}{path}"]
    rates: list[float] = []
    for _ in range(RUNS):
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        (rate,) = re.findall(r"Requests/sec:\s+([\d.]+)", said)
        if "Non-2xx" in said or "Socket errors" in said:
            raise SystemExit(said)
        rates.append(float(rate))
    return [median(rates), *rates]


if __name__ == "__main__":
    main()
