"""Swagger UI in a real browser: authorize, send a request, show the response."""

import os
from pathlib import Path
from typing import Any, cast

from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import (
    element_to_be_clickable,
    presence_of_element_located,
)
from selenium.webdriver.support.wait import WebDriverWait

from e2e.api_client import log_in
from e2e.browser import browser, needs_chromium
from running_system import TIMEOUT_SECONDS, System

__all__ = ["browser"]

pytestmark = needs_chromium


def click(browser: Chrome, selector: str) -> None:
    wait = WebDriverWait(browser, TIMEOUT_SECONDS)
    wait.until(element_to_be_clickable((By.CSS_SELECTOR, selector))).click()


def find_text(browser: Chrome, selector: str) -> str:
    wait = WebDriverWait(browser, TIMEOUT_SECONDS)
    return wait.until(presence_of_element_located((By.CSS_SELECTOR, selector))).text


def test_request_of_an_authorized_user_shows_its_response(
    system: System, browser: Chrome, tmp_path: Path
) -> None:
    token = log_in(system, system.up(), "sales")
    browser.get(f"http://127.0.0.1:{system.port}/docs")
    click(browser, "button.authorize")
    browser.find_element(By.CSS_SELECTOR, ".modal-ux input").send_keys(token)
    click(browser, ".modal-ux button.authorize")
    click(browser, ".modal-ux button.btn-done")

    operation = "#operations-Products-list_products"
    click(browser, f"{operation} .opblock-summary-control")
    click(browser, f"{operation} .try-out__btn")
    click(browser, f"{operation} .execute")
    response = f"{operation} .live-responses-table .response"
    assert find_text(browser, f"{response} .response-col_status").startswith("200")
    assert "margin_percentage" in find_text(browser, f"{response} .microlight")

    ActionChains(browser).scroll_to_element(
        browser.find_element(By.CSS_SELECTOR, response)
    ).perform()
    entries: list[dict[str, str]] = cast("Any", browser).get_log("browser")
    assert [each for each in entries if each["source"] == "security"] == []
    screenshot = Path(os.environ.get("SCREENSHOT", tmp_path / "docs.png"))
    screenshot.write_bytes(browser.get_screenshot_as_png())
