"""Measures the seconds that a decision in the match queue costs, by keys in a browser.

    .venv/bin/python bench/match_queue_keys.py

Starts a system in a folder of its own, imports a price list whose articles become products, and one
of another supplier with the same articles in other words. Then each decision is one key: from the
key to the next item on the screen. Needs Chromium and its driver.
"""

import re
import shutil
import statistics
import subprocess
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import httpx
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from servers import free_port

DECISIONS = 100
KEYS = ("a", "a", "r", "0", "p")
TARGET_SECONDS = 0.2
TIMEOUT_SECONDS = 300
WORDS = ("Hammer", "Saw", "Drill", "Planer", "Sander", "Router", "Grinder", "Mixer")
PRESS = """
const [key, done] = arguments;
const begun = performance.now();
const end = () => done(performance.now() - begun);
const settled = () => requestAnimationFrame(() => setTimeout(end));
document.addEventListener("htmx:afterSettle", settled, { once: true });
document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
"""


def price_lists(count: int) -> tuple[str, str]:
    """Return two price lists in CSV with the same articles under other names and codes."""
    articles = [f"{WORDS[n % len(WORDS)]} HX-{1000 + n}" for n in range(count)]
    own = [f"A-{n},Nordwerk {name} 230 V,{n + 10}.50" for n, name in enumerate(articles)]
    other = [f"B-{n},{name} 230 V in a case,{n + 11}.00" for n, name in enumerate(articles)]
    head = "Article code,Name,Price"
    return "\n".join([head, *own, ""]), "\n".join([head, *other, ""])


def wait_for_matches(client: httpx.Client, count: int) -> None:
    """Wait until so many items have a candidate; raises TimeoutError."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        summary = client.get("/api/v1/admin/matches/summary").raise_for_status().json()
        if summary["certain"] + summary["likely"] + summary["possible"] >= count:
            return
        time.sleep(0.2)
    raise TimeoutError(f"fewer than {count} items have a candidate")


def _run(folder: Path, *arguments: str) -> None:
    command = [str(Path(sys.executable).parent / "pricebook"), *arguments]
    subprocess.run(command, cwd=folder, check=True, timeout=TIMEOUT_SECONDS, capture_output=True)


def _seed(folder: Path, root: str, password: str) -> None:
    own, other = price_lists(DECISIONS)
    (folder / "own.csv").write_text(own)
    (folder / "other.csv").write_text(other)
    _run(
        folder,
        "import",
        "own.csv",
        "--supplier",
        "Nordwerk",
        "--create-supplier",
        "--create-products",
    )
    _run(folder, "import", "other.csv", "--supplier", "Toolhaus", "--create-supplier")
    with httpx.Client(base_url=root, timeout=TIMEOUT_SECONDS) as client:
        login = {"username": "admin", "password": password}
        answer = client.post("/api/v1/auth/login", json=login).raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        wait_for_matches(client, DECISIONS)


def _open_browser(folder: Path) -> Chrome:
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium") or shutil.which("google-chrome"))
    for option in ("--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}"):
        options.add_argument(option)
    browser = Chrome(options=options, service=ChromeService(str(shutil.which("chromedriver"))))
    browser.set_script_timeout(TIMEOUT_SECONDS)
    return browser


def _decide(browser: Chrome, root: str, password: str) -> list[float]:
    """Return the seconds of each decision."""
    browser.get(f"{root}/login?next=/console/matches")
    browser.find_element(By.NAME, "username").send_keys("admin")
    browser.find_element(By.NAME, "password").send_keys(password, Keys.ENTER)
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not browser.find_elements(By.CSS_SELECTOR, "html[data-ready] #queue h2"):
        if time.monotonic() > deadline:
            raise TimeoutError("the queue is not shown")
        time.sleep(0.1)
    tools = cast("Any", browser)
    return [tools.execute_async_script(PRESS, key) / 1000 for key in islice(cycle(KEYS), DECISIONS)]


def main() -> None:
    """Start a system, decide by keys, print median and p95."""
    root = f"http://127.0.0.1:{(port := free_port())}"
    with TemporaryDirectory(prefix="pricebook-keys-") as name:
        folder = Path(name)
        command = [str(Path(sys.executable).parent / "pricebook")]
        command += ["up", "--empty", "--port", str(port)]
        with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as system:
            try:
                assert system.stdout
                printed = ""
                while "\nready " not in printed:
                    printed += system.stdout.readline()
                (password,) = re.findall(r"^user admin password (\S+)$", printed, re.MULTILINE)
                _seed(folder, root, password)
                with _open_browser(folder / "profile") as browser:
                    seconds = _decide(browser, root, password)
            finally:
                system.terminate()
    median = statistics.median(seconds)
    p95 = statistics.quantiles(seconds, n=20)[-1]
    print(f"{len(seconds)} decisions: median {median:.3f} s, p95 {p95:.3f} s")
    print(
        f"target {TARGET_SECONDS} s: {'met' if median < TARGET_SECONDS else 'missed'} by the median"
    )


if __name__ == "__main__":
    main()
