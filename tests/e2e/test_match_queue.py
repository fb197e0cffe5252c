"""Keys of the match queue where several things could be meant, in a real browser."""

import time
from collections.abc import Iterator
from typing import Any, cast

import httpx
import pytest
from match_queue_keys import price_lists, wait_for_matches
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from e2e.api_client import log_in as log_in_by_api
from e2e.browser import browser, needs_chromium
from e2e.page_layout import wait_until
from e2e.test_console import log_in, violations
from running_system import TIMEOUT_SECONDS, System

__all__ = ["browser"]

pytestmark = needs_chromium
# More than a page of the list.
ITEMS = 60
MIXERS = ("large", "small", "steel", "red")


@pytest.fixture
def root(system: System, browser: Chrome) -> Iterator[str]:
    """Log in to a system whose queue has more than a page of items; yield its address."""
    lines = system.up("--empty")
    own, other = price_lists(ITEMS)
    mixers = [f"M-{n},Dough mixer {name},50.00" for n, name in enumerate(MIXERS)]
    rollers = [f"R-{n},Rubber roller {name},50.00" for n, name in enumerate(MIXERS)]
    unmatched = ["D-1,Dough mixer,51.00", "R-1,Rubber roller,51.00"]
    lists = {"own": [own, *mixers, *rollers], "other": [other, *unmatched]}
    for name, rows in lists.items():
        (system.folder / f"{name}.csv").write_text("\n".join([rows[0].strip(), *rows[1:], ""]))
    for arguments in (
        ("own.csv", "--supplier", "Nordwerk", "--create-supplier", "--create-products"),
        ("other.csv", "--supplier", "Toolhaus", "--create-supplier"),
    ):
        done = system.run("import", *arguments)
        assert done.returncode == 0, done.stderr
    root = f"http://127.0.0.1:{system.port}"
    headers = {"Authorization": f"Bearer {log_in_by_api(system, lines, 'admin')}"}
    with httpx.Client(base_url=root, headers=headers, timeout=TIMEOUT_SECONDS) as client:
        wait_for_matches(client, ITEMS + len(unmatched))
    log_in(browser, root, lines, "admin")
    yield root
    assert violations(browser) == []


def open_page(browser: Chrome, address: str) -> None:
    browser.get(address)
    wait_until(browser, "'ready' in document.documentElement.dataset")


def press(browser: Chrome, keys: str) -> None:
    """Press keys where the focus is, as a person does."""
    ActionChains(browser).send_keys(keys).perform()


def shown_numbers(browser: Chrome) -> list[str]:
    """Return the number keys that are shown, from the top of the page."""
    hints = browser.find_elements(By.CSS_SELECTOR, "#queue kbd")
    return [each.text for each in hints if each.is_displayed() and each.text.strip("0").isdigit()]


def check_numbers_of_a_search(browser: Chrome, root: str) -> None:
    """While a search shows products, numbers are theirs wherever the focus is."""
    open_page(browser, f"{root}/console/matches?search=dough")
    assert "2" in shown_numbers(browser)
    press(browser, "l")
    wait_until(browser, "document.activeElement.name === 'product'")
    press(browser, f"{Keys.BACKSPACE}nordwerk hammer")
    wait_until(browser, "document.querySelector('#item-found').innerText.includes('Hammer')")
    press(browser, Keys.ESCAPE)
    wait_until(browser, "document.activeElement === document.body")
    numbers = shown_numbers(browser)
    assert numbers == sorted(set(numbers))
    meant = browser.find_elements(By.CSS_SELECTOR, "#item-found .candidate")[1].text
    press(browser, "2")
    wait_until(browser, "document.querySelector('#queue .outcome a[href*=products]') !== null")
    browser.find_element(By.CSS_SELECTOR, "#queue .outcome a[href*=products]").click()
    wait_until(browser, "location.pathname.startsWith('/console/products/')")
    assert browser.find_element(By.TAG_NAME, "h1").text == meant


def check_keys_after_a_choice(browser: Chrome, root: str) -> None:
    """A filter is chosen by letters until Escape; then keys do what the page shows."""
    open_page(browser, f"{root}/console/matches/list")
    cast("Any", browser).execute_script("document.querySelector('[name=supplier_id]').focus()")
    press(browser, "T")
    wait_until(browser, "location.search.includes('supplier_id=')")
    press(browser, Keys.ESCAPE + "j")
    wait_until(browser, "document.activeElement.matches('[data-mark]')")


def check_focus_after_a_choice_by_pointer(browser: Chrome, root: str) -> None:
    """After a filter was chosen by a pointer, the list has the focus."""
    open_page(browser, f"{root}/console/matches/list")
    cast("Any", browser).execute_script("""
        const choice = document.querySelector("[name=supplier_id]");
        choice.focus({ focusVisible: false });
        choice.selectedIndex = choice.options.length - 1;
        choice.dispatchEvent(new Event("input", { bubbles: true }));
        choice.dispatchEvent(new Event("change", { bubbles: true }));
    """)
    wait_until(browser, "location.search.includes('supplier_id=')")
    wait_until(browser, "document.activeElement.matches('[data-mark]')")


def check_opened_candidates(browser: Chrome, root: str) -> None:
    """Other candidates that are open stay so when an item above them is decided."""
    open_page(browser, f"{root}/console/matches/list?search=dough")
    opened = "document.querySelectorAll('details.others[open] li').length"
    browser.find_element(By.CSS_SELECTOR, "details.others summary").click()
    wait_until(browser, f"{opened} > 0")
    before = browser.find_element(By.ID, "matches")
    browser.find_element(By.NAME, "search").send_keys(" mixer")
    WebDriverWait(browser, TIMEOUT_SECONDS).until(staleness_of(before))
    wait_until(browser, f"{opened} > 0")


def check_confirmation_of_several(browser: Chrome, root: str) -> None:
    """Two marked rows are accepted after a question with their number, one at once; with undo."""
    opened = "document.querySelector('dialog[open]') !== null"
    accepted = "document.querySelector('#toasts').innerText.includes('{}')"
    open_page(browser, f"{root}/console/matches/list")
    press(browser, "jxjx" + "a")
    wait_until(browser, opened)
    assert "2 items at once?" in browser.find_element(By.ID, "several").text
    assert "Accept all 2" in browser.find_element(By.ID, "several").text
    press(browser, Keys.ESCAPE)
    wait_until(browser, f"!({opened})")
    assert len(browser.find_elements(By.CSS_SELECTOR, "[data-mark]:checked")) == 2
    press(browser, "a")
    wait_until(browser, opened)
    press(browser, Keys.ENTER)
    wait_until(browser, accepted.format("2 linked."))
    assert browser.find_elements(By.CSS_SELECTOR, "[data-mark]:checked") == []
    press(browser, "u")
    wait_until(browser, accepted.format("Taken back"))
    press(browser, "jx" + "a")
    wait_until(browser, accepted.format("Linked."))
    press(browser, "u")
    wait_until(browser, accepted.format("Taken back"))


def check_marks_after_another_candidate(browser: Chrome, root: str) -> None:
    """Another candidate is accepted in its row: the words, the other marks and the place stay."""
    open_page(browser, f"{root}/console/matches/list?search=ro")
    others = "details.others"
    mixer = "#matches tr:has(details.others)"
    row = browser.find_element(By.CSS_SELECTOR, mixer)
    boxes = browser.find_elements(By.CSS_SELECTOR, "[data-mark]")
    place = boxes.index(row.find_element(By.CSS_SELECTOR, "[data-mark]"))
    marked = [each for each in boxes if each != boxes[place]][:2]
    values = [each.get_attribute("value") for each in marked]
    for each in marked:
        each.click()
    row.find_element(By.CSS_SELECTOR, f"{others} summary").click()
    wait_until(browser, f"document.querySelector('{others} [name=other]') !== null")
    row.find_element(By.CSS_SELECTOR, "[name=other]").send_keys(Keys.ENTER)
    WebDriverWait(browser, TIMEOUT_SECONDS).until(staleness_of(row))
    checked = "[...document.querySelectorAll('[data-mark]:checked')].map((each) => each.value)"
    wait_until(browser, f"{checked}.length === 2")
    assert cast("Any", browser).execute_script(f"return {checked}") == values
    assert browser.current_url.endswith("search=ro")
    assert browser.find_element(By.NAME, "search").get_attribute("value") == "ro"
    place_now = "[...document.querySelectorAll('[data-mark]')].indexOf(document.activeElement)"
    last = "document.querySelectorAll('[data-mark]').length - 1"
    wait_until(browser, f"{place_now} === Math.min({place}, {last})")


FIRST_ROW = "document.querySelector('[data-mark]') === document.activeElement"


def decide_page(browser: Chrome) -> None:
    """Accept all items of the page by keys."""
    linked = len(browser.find_elements(By.CSS_SELECTOR, "[data-mark]"))
    press(browser, "ma")
    wait_until(browser, "document.querySelector('dialog[open]') !== null")
    press(browser, Keys.ENTER)
    accepted = f"document.querySelector('#toasts').innerText.includes('{linked} linked.')"
    wait_until(browser, accepted)


def wait_for_pager(browser: Chrome, address: str) -> None:
    """Open the list until items whose link was taken back are examined: it has two pages then."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        open_page(browser, address)
        if browser.find_elements(By.CSS_SELECTOR, ".pager"):
            return
        time.sleep(0.2)
    raise TimeoutError("the items did not come back")


def check_pages(browser: Chrome, root: str) -> None:
    """The next page, and what follows a page of which all is decided, begin at the first row."""
    page = "document.querySelector('.pager').innerText"
    open_page(browser, f"{root}/console/matches/list")
    press(browser, "jjj")
    wait_until(browser, f"!({FIRST_ROW}) && document.activeElement.matches('[data-mark]')")
    press(browser, "n")
    wait_until(browser, f"{FIRST_ROW} && {page}.includes('page 2')")
    press(browser, "j")
    wait_until(browser, "document.querySelectorAll('[data-mark]')[1] === document.activeElement")
    decide_page(browser)
    wait_until(browser, "document.activeElement.dataset.key === 'g'")
    assert "That was the last page" in browser.find_element(By.ID, "matches").text
    press(browser, "u")
    wait_until(browser, "document.querySelector('#toasts').innerText.includes('Taken back')")
    wait_for_pager(browser, f"{root}/console/matches/list")
    press(browser, "jjj")
    decide_page(browser)
    wait_until(browser, f"{FIRST_ROW} && !document.querySelector('.pager')")


def test_keys_do_what_the_queue_shows_beside_them(root: str, browser: Chrome) -> None:
    check_opened_candidates(browser, root)
    check_numbers_of_a_search(browser, root)
    check_keys_after_a_choice(browser, root)
    check_focus_after_a_choice_by_pointer(browser, root)
    check_confirmation_of_several(browser, root)
    check_marks_after_another_candidate(browser, root)
    check_pages(browser, root)
