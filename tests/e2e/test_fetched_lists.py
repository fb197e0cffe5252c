"""A price list that is fetched by a schedule and held: an admin sees why, and judges it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psycopg
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from e2e.api_client import admin_client, create
from e2e.browser import browser, needs_chromium
from e2e.page_layout import wait_until
from e2e.test_console import check_page, log_in, violations
from e2e.test_restarts import database_url
from pricelists.fake_web_server import FakeWebServer, run_fake_web_server
from running_system import System, eventually

__all__ = ["browser"]

pytestmark = needs_chromium

DAILY = "30 6 * * *"
PRICES = (10, 20, 30, 40, 50)
SUPPLIER = "Nordwerk"
DUE_NOW = "UPDATE sync_schedules SET next_at = now()"


@pytest.fixture
def source() -> Iterator[FakeWebServer]:
    """Yield the web server of a supplier; parser processes may read the certificate."""
    with TemporaryDirectory(prefix="pricebook-test-") as folder:
        Path(folder).chmod(0o755)
        with run_fake_web_server(Path(folder)) as server:
            yield server


def price_list(factor: int) -> bytes:
    rows = (f"N-{n},Hammer {n},{price * factor}.00" for n, price in enumerate(PRICES))
    return "\n".join(["Code,Name,Price", *rows, ""]).encode()


def states(client: httpx.Client) -> list[str]:
    """Return the states of all imports, the newest first."""
    return [task["state"] for task in client.get("/admin/tasks").json()["data"]]


def fetch(system: System, client: httpx.Client, expected: list[str]) -> None:
    """Let the schedule be due; wait until the imports have these states, the newest first."""

    def is_scheduled() -> bool:
        with psycopg.connect(database_url(system)) as conn:
            return conn.execute(DUE_NOW).rowcount == 1

    eventually(is_scheduled)
    eventually(lambda: states(client) == expected)


def open_held(browser: Chrome, root: str) -> None:
    """Open the held price list from the home of an admin; it shows why it is held."""
    browser.get(f"{root}/console")
    browser.find_element(By.CSS_SELECTOR, "a[href^='/console/imports/']").click()
    wait_until(browser, "location.pathname.startsWith('/console/imports/')")
    wait_until(browser, "'ready' in document.documentElement.dataset")
    text = browser.find_element(By.ID, "import").text
    assert "The price list is held" in text
    assert "median price of the supplier's items changes from 30" in text
    assert "Of 5 stored prices in the list, 5 would rise and 0 fall." in text
    assert "localhost" in text


def press(browser: Chrome, key: str) -> None:
    browser.switch_to.active_element.send_keys(key)


def refuse(browser: Chrome, reason: str) -> None:
    """Refuse the held price list by keys, with a reason that the page then shows."""
    press(browser, "r")
    wait_until(browser, "document.activeElement.name === 'reason'")
    press(browser, reason)
    press(browser, Keys.TAB + Keys.ENTER)
    wait_until(browser, f"document.querySelector('#import').innerText.includes('{reason}')")
    assert "was refused by admin" in browser.find_element(By.ID, "import").text


def apply(browser: Chrome) -> None:
    """Apply the held price list by keys: the reasons are shown again, and confirmed."""
    press(browser, "a")
    wait_until(browser, "document.querySelector('#apply-import[open]') !== null")
    dialog = browser.find_element(By.ID, "apply-import").text
    assert "median price" in dialog
    assert "5 stored items would change." in dialog
    press(browser, Keys.ESCAPE)
    wait_until(browser, "document.querySelector('dialog[open]') === null")
    wait_until(browser, "document.activeElement.checkVisibility()")
    press(browser, "aa")
    wait_until(browser, "document.querySelector('#import').innerText.includes('It is done.')")
    assert "Applied by admin" in browser.find_element(By.ID, "import").text


def test_held_list_of_a_schedule_is_judged_in_the_browser(
    system: System, browser: Chrome, source: FakeWebServer
) -> None:
    source.pages["list.csv"] = price_list(1)
    lines = system.up("--empty", ALLOW_PRIVATE_URLS="true", SSL_CERT_FILE=str(source.ca_file))
    root = f"http://127.0.0.1:{system.port}"
    with admin_client(system, lines) as client:
        config = {"url": source.url("/list.csv", "localhost"), "sync_every": DAILY}
        create(client, "suppliers", name=SUPPLIER, source_type="csv", source_config=config)
        fetch(system, client, ["succeeded"])
        source.pages["list.csv"] = price_list(3)
        fetch(system, client, ["held", "succeeded"])
        log_in(browser, root, lines, "admin")
        open_held(browser, root)
        check_page(browser, browser.current_url, "held-import")
        refuse(browser, "Prices per box")
        fetch(system, client, ["held", "refused", "succeeded"])
        open_held(browser, root)
        apply(browser)
        assert states(client) == ["succeeded", "refused", "succeeded"]
        items = client.get("/admin/suppliers/unmatched").json()["data"]
        assert sorted(each["current_price"] for each in items) == [
            *("120.00", "150.00", "30.00", "60.00", "90.00")
        ]
    assert violations(browser) == []
    assert system.stop() == 0
