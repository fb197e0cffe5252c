"""Forms of the administration in a real browser: where the focus is, and what letters do there."""

import os
from itertools import product
from pathlib import Path
from typing import Any, cast

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from e2e.browser import browser, needs_chromium
from e2e.test_console import log_in, set_viewport, wait_until
from running_system import System

FORMS = {
    "/console/suppliers/new": "name",
    "/console/administration/webhooks/new": "name",
    "/console/administration/keys/new": "name",
    "/console/administration/users/new": "username",
}
PAGES_WITH_SHORTCUTS = {
    "/console/imports": ("state", "f"),
    "/console/administration/keys/new": ("role", "a"),
}

CUT_CHOICES = """
    const all = document.querySelectorAll(".filters select:not([name=supplier_id])");
    return [...all].filter((each) => {
        const shown = each.offsetWidth;
        each.style.maxWidth = "none";
        return each.offsetWidth > shown;
    }).map((each) => each.name);
"""

__all__ = ["browser"]

pytestmark = needs_chromium


@pytest.fixture
def root(system: System, browser: Chrome) -> str:
    lines = system.up()
    address = f"http://127.0.0.1:{system.port}"
    browser.get(address)
    log_in(browser, address, lines, "admin")
    return address


def test_first_field_has_the_focus_and_letters_choose_options(browser: Chrome, root: str) -> None:
    for path, first in FORMS.items():
        browser.get(root + path)
        wait_until(browser, "'ready' in document.documentElement.dataset")
        assert browser.switch_to.active_element.get_attribute("id") == first, path
        take_screenshot(browser, path)
    for path, (name, letter) in PAGES_WITH_SHORTCUTS.items():
        browser.get(root + path)
        wait_until(browser, "'ready' in document.documentElement.dataset")
        select = browser.find_element(By.ID, name)
        before = select.get_attribute("value")
        select.send_keys(letter)
        wait_until(browser, f"document.getElementById({name!r}).value !== {before!r}")
        assert browser.current_url.split("?")[0] == root + path
        for key in "bcgnx/":
            browser.find_element(By.ID, name).send_keys(key)
            assert browser.switch_to.active_element.get_attribute("id") == name, (path, key)
        assert browser.current_url.split("?")[0] == root + path


def test_page_of_a_webhook_shows_what_came_of_a_test(browser: Chrome, root: str) -> None:
    browser.get(f"{root}/console/administration/webhooks/new")
    browser.find_element(By.ID, "name").send_keys("ERP")
    browser.find_element(By.ID, "url").send_keys("https://erp.invalid/in", Keys.ENTER)
    wait_until(browser, "document.getElementById('secret') !== null")
    browser.find_element(By.CSS_SELECTOR, "a[data-key='b']").click()
    wait_until(browser, "document.getElementById('sent') !== null")
    for number, button in enumerate(("[data-key='t']", "#deliveries form button"), 1):
        browser.find_element(By.CSS_SELECTOR, button).click()
        wait_until(
            browser, f"document.querySelectorAll('#deliveries tbody tr').length === {number}"
        )
        wait_until(browser, "document.getElementById('sent').innerText.includes('not delivered')")
        wait_until(
            browser, "document.querySelector('#deliveries tbody tr').innerText.includes('failed')"
        )


def test_choices_of_filters_show_their_own_texts_whole(browser: Chrome, root: str) -> None:
    """A choice is as wide as its longest option, but for names, which are of any length."""
    paths = ("/console/price-changes", "/console/products", "/console/matches/list")
    for path, width in product(paths, (1280, 360)):
        set_viewport(browser, width, "light")
        browser.get(root + path)
        wait_until(browser, "'ready' in document.documentElement.dataset")
        assert cast("Any", browser).execute_script(CUT_CHOICES) == [], (path, width)


def take_screenshot(browser: Chrome, path: str) -> None:
    """Store the page in light and dark, wide and narrow, in the folder SCREENSHOTS, if set."""
    folder = os.environ.get("SCREENSHOTS")
    for theme, width in (("light", 1280), ("dark", 360)) if folder else ():
        set_viewport(browser, width, theme)
        name = path.strip("/").replace("/", "-")
        (Path(str(folder)) / f"{name}-{width}.png").write_bytes(browser.get_screenshot_as_png())


def test_schedule_is_shown_in_utc_and_in_the_time_of_the_browser(
    browser: Chrome, root: str
) -> None:
    for zone, days, text in (
        ("Africa/Lagos", "Mondays", "Mondays at 06:30 UTC (07:30 your time)"),
        ("America/Phoenix", "Mondays", "Mondays at 06:30 UTC (Sunday 23:30 your time)"),
        ("UTC", "every day", "Every day at 06:30 UTC"),
    ):
        override = {"timezoneId": zone}
        cast("Any", browser).execute_cdp_cmd("Emulation.setTimezoneOverride", override)
        browser.get(f"{root}/console/suppliers/new")
        wait_until(browser, "'ready' in document.documentElement.dataset")
        browser.find_element(By.CSS_SELECTOR, ".contents a[href='#group-schedule']").click()
        browser.find_element(By.ID, "schedule").send_keys(days)
        wait_until(browser, "document.querySelectorAll('#runs li').length === 5")
        shown = browser.find_element(By.CSS_SELECTOR, "#runs > p").text
        assert shown.strip() == text
