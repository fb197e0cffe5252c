"""A hundred decisions in the match queue, each by one key, in a real browser."""

from itertools import cycle, islice
from typing import Any

import httpx
from match_queue_keys import DECISIONS, KEYS, price_lists, wait_for_matches
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from e2e.api_client import log_in as log_in_by_api
from e2e.browser import browser, needs_chromium
from e2e.test_console import log_in, violations, wait_until
from running_system import TIMEOUT_SECONDS, System

__all__ = ["browser"]

pytestmark = needs_chromium


def decide(browser: Chrome, key: str) -> None:
    """Press a key where the focus is; wait until the next item has the focus."""
    before = browser.find_element(By.CSS_SELECTOR, "#queue h2")
    browser.switch_to.active_element.send_keys(key)
    WebDriverWait(browser, TIMEOUT_SECONDS).until(staleness_of(before))
    wait_until(browser, "document.querySelector('#queue h2') === document.activeElement")


def import_lists(system: System) -> None:
    """Import articles as products, and the same ones of another supplier without a product.

    There are more of them than decisions, so that the last decision is followed by an item.
    """
    own, other = price_lists(DECISIONS + 5)
    (system.folder / "own.csv").write_text(own)
    (system.folder / "other.csv").write_text(other)
    for arguments in (
        ("own.csv", "--supplier", "Nordwerk", "--create-supplier", "--create-products"),
        ("other.csv", "--supplier", "Toolhaus", "--create-supplier"),
    ):
        done = system.run("import", *arguments)
        assert done.returncode == 0, done.stderr


def test_a_hundred_decisions_by_keys_alone(system: System, browser: Chrome) -> None:
    lines = system.up("--empty")
    import_lists(system)
    root = f"http://127.0.0.1:{system.port}"
    headers = {"Authorization": f"Bearer {log_in_by_api(system, lines, 'admin')}"}
    with httpx.Client(base_url=root, headers=headers, timeout=TIMEOUT_SECONDS) as client:
        wait_for_matches(client, DECISIONS + 5)
        log_in(browser, root, lines, "admin")
        browser.get(f"{root}/console/matches")
        wait_until(browser, "'ready' in document.documentElement.dataset")
        for key in islice(cycle(KEYS), DECISIONS):
            decide(browser, key)
        batches = client.get("/api/v1/admin/matches/batches?limit=100").json()
        assert batches["total_count"] == DECISIONS
        kinds = [kind_of(each) for each in batches["data"]]
        pressed = list(islice(cycle(KEYS), DECISIONS))
        assert {kind: kinds.count(kind) for kind in set(kinds)} == {
            "linked": pressed.count("a"),
            "rejected": pressed.count("r"),
            "dismissed": pressed.count("0"),
            "made": pressed.count("p"),
        }
    assert violations(browser) == []


def kind_of(batch: dict[str, Any]) -> str:
    """Return what the one decision of a batch did."""
    if batch["kind"] == "new_product":
        return "made"
    return next(name for name in ("linked", "dismissed", "rejected") if batch[name])
