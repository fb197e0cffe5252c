"""The console in a real browser: nothing violates its policy, axe finds nothing, keys work."""

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

import httpx
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from e2e.api_client import log_in as log_in_by_api
from e2e.browser import browser, needs_chromium
from e2e.page_layout import check_bars, check_menu, check_toasts, set_viewport, wait_until
from running_system import TIMEOUT_SECONDS, System

AXE = (files("axe_core_python") / "axe.min.js").read_text("utf-8")
RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run().then((results) => done(JSON.stringify(results.violations.map(
  (each) => [each.id, each.nodes.map((node) => node.html.slice(0, 200))]))));
"""
# Of what is in no table, after the page was received: a table sets its columns by the rows that it
# has until then, and is painted late where that is slow. Content that moves by 10 px makes 0.01;
# over 0.1 is poor (https://web.dev/articles/cls).
MAX_SHIFT = 0.01
SHIFT = """
const done = arguments[arguments.length - 1];
const shifts = [];
const [{domInteractive}] = performance.getEntriesByType("navigation");
new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe(
  {type: "layout-shift", buffered: true});
requestAnimationFrame(() => setTimeout(() => done(
  shifts.filter((each) => !each.hadRecentInput && each.startTime > domInteractive)
    .filter((each) => each.sources.some(({node}) => !node?.parentElement?.closest("table")))
    .reduce((sum, each) => sum + each.value, 0))));
"""
PUBLIC_PAGES = {"catalog": "/", "found": "/?search=hammer", "login": "/login"}
STAFF_PAGES = {
    "home": "/console",
    "products": "/console/products?sort=margin",
    "account": "/console/account",
    "components": "/console/components",
    "rules": "/console/rules",
    "new-rule": "/console/rules/new",
    "bulk-change": "/console/products/change?search=hammer",
    "new-product": "/console/products/new",
    "product-imports": "/console/products/import",
    "unpriced": "/console/products?is_priced=false",
    "batches": "/console/batches",
    "suppliers": "/console/suppliers?sort=newest",
    "needed-suppliers": "/console/suppliers?needs=anything",
    "new-supplier": "/console/suppliers/new",
    "price-changes": "/console/price-changes?sort=newest",
    "matches": "/console/matches?band=likely",
    "certain": "/console/matches/certain",
    "match-search": "/console/matches?band=none",
    "match-list": "/console/matches/list",
    "match-all": "/console/matches/list/all?action=accept",
    "clusters": "/console/matches/clusters",
    "imports": "/console/imports",
    "imports-to-decide": "/console/imports?state=decision",
    "administration": "/console/administration",
    "categories": "/console/administration/categories",
    "new-category": "/console/administration/categories/new",
    "exchange-rates": "/console/administration/exchange-rates",
    "rate-history": "/console/administration/exchange-rates/history",
    "new-rate": "/console/administration/exchange-rates/new?base=EUR&rate=1.1",
    "users": "/console/administration/users",
    "new-user": "/console/administration/users/new",
    "keys": "/console/administration/keys",
    "new-key": "/console/administration/keys/new",
    "webhooks": "/console/administration/webhooks",
    "new-webhook": "/console/administration/webhooks/new",
    "notices": "/console/administration/notices",
    "new-recipient": "/console/administration/notices/new",
    "audit": "/console/administration/audit",
    "system": "/console/administration/system",
    "new-import": "/console/imports/new",
}
COLUMNS = "sku,status,brand,mpn,gtin,suppliers,change,margin,updated"
ATTACKED_PAGES = {
    "attacked-products": f"/console/products?search=alert&columns={COLUMNS}",
    "attacked-queue": "/console/matches?search=alert",
    "attacked-list": "/console/matches/list?search=alert",
    "attacked-suppliers": "/console/suppliers?search=alert",
    "attacked-changes": "/console/price-changes?sort=newest&limit=10",
}
ATTACK = "<img src=x onerror=alert(1)><script>alert(1)</script>"

pytestmark = needs_chromium

__all__ = ["browser"]


def check_page(browser: Chrome, address: str, name: str) -> None:
    """Open a page in all themes and widths; axe finds nothing, and nothing moves or is too wide."""
    shots = os.environ.get("SCREENSHOTS")
    for theme, width in (("light", 1280), ("dark", 360), ("contrast", 2560)):
        set_viewport(browser, width, theme)
        browser.get(address)
        wait_until(browser, "'ready' in document.documentElement.dataset")
        tools = cast("Any", browser)
        assert tools.execute_script(
            "return document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), (name, width)
        assert tools.execute_async_script(SHIFT) <= MAX_SHIFT, (name, theme)
        tools.execute_script(AXE)
        found = json.loads(tools.execute_async_script(RUN_AXE))
        assert found == [], (name, theme)
        if shots:
            (Path(shots) / f"{name}-{width}-{theme}.png").write_bytes(
                browser.get_screenshot_as_png()
            )


def add_attacks(root: str, token: str) -> None:
    """Create a supplier and a product whose names are markup."""
    for path, body in (
        ("suppliers", {"name": ATTACK, "source_type": "csv"}),
        ("products", {"name": ATTACK, "internal_sku": ATTACK[:60], "status": "active"}),
    ):
        response = httpx.post(
            f"{root}/api/v1/admin/{path}",
            json=body,
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
        )
        assert response.status_code == 201, response.text


def import_attacks(system: System) -> None:
    """Import lists of a supplier whose name and cells are markup; the second has other prices."""
    path = system.folder / "attack.csv"
    cells = [f"{ATTACK} {number}" for number in range(4)]
    for price, count in (("10.00", 2), ("12.50", 4)):
        rows = [f"{cell};Bolt {cell};{price};{cell}" for cell in cells[:count]]
        path.write_text("\n".join(["Article code;Name;Price;Brand", *rows]))
        done = system.run("import", str(path), "--supplier", ATTACK, "--create-supplier")
        assert done.returncode == 0, done.stdout + done.stderr


def violations(browser: Chrome) -> list[str]:
    entries: list[dict[str, str]] = cast("Any", browser).get_log("browser")
    return [each["message"] for each in entries if each["level"] == "SEVERE"]


def log_in(browser: Chrome, root: str, lines: list[str], role: str) -> None:
    words = [line.split() for line in lines]
    (password,) = [each[3] for each in words if each[:2] == ["user", role]]
    browser.get(f"{root}/login")
    browser.find_element(By.NAME, "username").send_keys(role)
    browser.find_element(By.NAME, "password").send_keys(password, Keys.ENTER)
    wait_until(browser, "location.pathname === '/console'")


def check_search_by_keys(browser: Chrome, root: str) -> None:
    """Search as you type and follow a link, by keys alone; the field keeps the focus."""
    set_viewport(browser, 1280, "light")
    browser.get(root)
    wait_until(browser, "'ready' in document.documentElement.dataset")
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    wait_until(browser, "document.activeElement.id === 'search'")
    browser.switch_to.active_element.send_keys("claw hammer")
    wait_until(browser, "location.search.includes('search=claw')")
    assert browser.switch_to.active_element.get_attribute("id") == "search"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    wait_until(browser, "document.activeElement === document.body")
    browser.find_element(By.TAG_NAME, "body").send_keys("/")
    wait_until(browser, "document.activeElement.id === 'search'")
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    browser.find_element(By.TAG_NAME, "body").send_keys("x")
    wait_until(browser, "location.search === ''")


def check_target_price(browser: Chrome, root: str) -> None:
    """Type a target price in the list; the row shows the margin, the session may end meanwhile."""
    browser.get(f"{root}/console/products?search=hammer")
    wait_until(browser, "'ready' in document.documentElement.dataset")
    check_next_target_price(browser)
    cast("Any", browser).delete_cookie("pricebook_session")
    first = browser.find_element(By.CSS_SELECTOR, "input[name=target_price]")
    first.clear()
    first.send_keys("999", Keys.ENTER)
    wait_until(browser, "document.querySelector('dialog[open] input[name=password]') !== null")
    assert first.get_attribute("value") == "999"


def check_next_target_price(browser: Chrome) -> None:
    """Enter saves a price and goes on to the next row; a refused one keeps the focus."""
    first, second = browser.find_elements(By.CSS_SELECTOR, "input[name=target_price]")[:2]
    ids = [each.get_attribute("id") for each in (first, second)]
    for typed, place in (("none", 0), ("999.5", 1)):
        field = browser.find_element(By.ID, ids[0] or "")
        field.clear()
        field.send_keys(typed, Keys.ENTER)
        wait_until(browser, f"document.activeElement.id === '{ids[place]}'")
        wait_until(browser, "document.querySelector('[aria-invalid], .is-saved') !== null")
    assert browser.find_element(By.ID, ids[0] or "").get_attribute("value") == "999.50"
    browser.switch_to.active_element.send_keys(Keys.ARROW_UP)
    assert browser.switch_to.active_element.get_attribute("id") == ids[0]


def check_imports(browser: Chrome, root: str) -> None:
    """The pages of an import; cells are moved between by keys, and marked where they differ."""
    browser.get(f"{root}/console/imports?state=partially_succeeded")
    address = browser.find_element(By.CSS_SELECTOR, "td.main a").get_attribute("href")
    for name in ("", "/changes", "/items?what=new", "/undo", "/rejected"):
        check_page(browser, f"{address}{name}", f"import{name[:8].replace('/', '-')}")
    browser.find_element(By.CSS_SELECTOR, "input.cell").click()
    first = browser.switch_to.active_element
    first.send_keys("X", Keys.ENTER)
    below = browser.switch_to.active_element
    assert below != first
    below.send_keys(Keys.ARROW_UP)
    assert browser.switch_to.active_element == first
    assert first.get_attribute("data-differs") is not None
    first.send_keys(Keys.ESCAPE)
    assert first.get_attribute("data-differs") is None
    assert browser.find_elements(By.CSS_SELECTOR, "form[data-changed]") == []


def check_joined_forms(browser: Chrome, root: str, path: Path) -> None:
    """A preview is read again with its answers and its settings, whichever button is used."""
    path.write_text("Code,Name,Price A,Price B\nA-1,Hammer,12.50,20.00\nA-2,Saw,7.10,9.90\n")
    browser.get(f"{root}/console/imports/new")
    browser.find_element(By.NAME, "new_supplier").send_keys("Two prices", Keys.TAB)
    browser.find_element(By.NAME, "file").send_keys(str(path))
    browser.find_element(By.CSS_SELECTOR, "main form button.primary").click()
    wait_until(browser, "document.querySelector('form.questions [type=radio]') !== null")
    browser.find_element(By.CSS_SELECTOR, "form.questions [type=radio]").click()
    browser.find_element(By.CSS_SELECTOR, "details.review summary").click()
    browser.find_element(By.NAME, "vat_rate").send_keys("21")
    browser.find_element(By.CSS_SELECTOR, "details.review form button").click()
    wait_until(browser, "document.querySelector('.understood') !== null")
    understood = browser.find_element(By.CSS_SELECTOR, ".understood").text
    assert 'Price from column C "Price A"' in understood
    assert "21 %" in understood


def check_bulk_change(browser: Chrome, root: str) -> None:
    """Preview, apply and undo a bulk change by keys alone; look at each state of its page."""
    browser.get(f"{root}/console/products?search=hammer")
    wait_until(browser, "'ready' in document.documentElement.dataset")
    browser.find_element(By.TAG_NAME, "body").send_keys("c")
    wait_until(browser, "location.pathname === '/console/products/change'")
    browser.find_element(By.NAME, "price_action").send_keys("change by percent")
    browser.find_element(By.NAME, "amount").send_keys("5", Keys.ENTER)
    wait_until(browser, "location.pathname.startsWith('/console/batches/')")
    address = browser.current_url
    check_page(browser, address, "batch-previewed")
    for keys, word in (("a", "Applied"), ("uu", "Undone")):
        before = browser.find_element(By.ID, "batch")
        for key in keys:
            browser.switch_to.active_element.send_keys(key)
        WebDriverWait(browser, TIMEOUT_SECONDS).until(staleness_of(before))
        wait_until(browser, "document.querySelector('#batch h1') === document.activeElement")
        assert word in browser.find_element(By.CSS_SELECTOR, "#batch [role=status]").text
        check_page(browser, browser.current_url, f"batch-{word.lower()}")
    check_page(browser, f"{root}/console/batches", "batches-listed")


def check_rules(browser: Chrome, root: str) -> None:
    """Write a rule, and preview its prices."""
    browser.get(f"{root}/console/rules/new")
    for name, text in (("name", f"Hand tools {ATTACK}"), ("step", "1"), ("ending", "0.99")):
        browser.find_element(By.NAME, name).send_keys(text)
    browser.find_element(By.NAME, "percent").send_keys("25", Keys.ENTER)
    wait_until(browser, "location.search === '?done=created'")
    check_page(browser, f"{root}/console/rules", "rules-listed")
    rule = browser.find_element(By.CSS_SELECTOR, "td.main a").get_attribute("href")
    check_page(browser, str(rule), "rule")
    browser.find_element(By.TAG_NAME, "body").send_keys("d")
    wait_until(browser, "document.querySelector('dialog[open]') !== null")
    browser.get(f"{root}/console/rules")
    wait_until(browser, "'ready' in document.documentElement.dataset")
    browser.find_element(By.TAG_NAME, "body").send_keys("p")
    wait_until(browser, "location.pathname.startsWith('/console/batches/')")
    check_page(browser, browser.current_url, "rules-previewed")


def check_decisions_by_keys(browser: Chrome, root: str) -> None:
    """Decide about every likely match of the demo by keys alone, and take the last one back."""
    browser.get(f"{root}/console/matches?band=likely")
    wait_until(browser, "'ready' in document.documentElement.dataset")
    for key in ("a", "r", "0", "s", "a", "u"):
        before = browser.find_element(By.CSS_SELECTOR, "#queue .outcome")
        browser.switch_to.active_element.send_keys(key)
        WebDriverWait(browser, TIMEOUT_SECONDS).until(staleness_of(before))
        wait_until(browser, "document.querySelector('#queue h2') === document.activeElement")
    assert "Taken back" in browser.find_element(By.CSS_SELECTOR, "#queue .outcome").text


def check_marks_by_keys(browser: Chrome, root: str) -> None:
    """Mark items of the list by keys, reject them and take that back; the focus stays in it."""
    browser.get(f"{root}/console/matches/list")
    wait_until(browser, "'ready' in document.documentElement.dataset")
    for key in "jxjjkx":
        browser.switch_to.active_element.send_keys(key)
    wait_until(browser, "document.querySelectorAll('[data-mark]:checked').length === 2")
    assert "2 marked of this page" in browser.find_element(By.CSS_SELECTOR, ".marking").text
    wait_until(browser, "document.querySelector('[data-mark-all]').indeterminate")
    browser.switch_to.active_element.send_keys("r")
    wait_until(browser, "document.getElementById('several').open")
    for key, says in ((Keys.ENTER, "2 pairs rejected"), ("u", "Taken back")):
        browser.switch_to.active_element.send_keys(key)
        wait_until(browser, f"document.querySelector('#matches').innerText.includes('{says}')")
        wait_until(browser, f"document.querySelector('#toasts').innerText.includes('{says}')")
        wait_until(browser, "document.activeElement.matches('[data-mark]')")
    for key, says in (("xp", "1 draft product made"), ("u", "Taken back")):
        for each in key:
            browser.switch_to.active_element.send_keys(each)
        wait_until(browser, f"document.querySelector('#toasts').innerText.includes('{says}')")
        wait_until(browser, "document.activeElement.matches('[data-mark]')")
    browser.switch_to.active_element.send_keys("m")
    wait_until(browser, "document.querySelectorAll('[data-mark]:not(:checked)').length === 0")
    wait_until(browser, "document.querySelector('[data-mark-all]:checked') !== null")
    browser.switch_to.active_element.send_keys("x")
    wait_until(browser, "document.querySelector('[data-mark-all]').indeterminate")


def check_foreign_responses(browser: Chrome, root: str) -> None:
    """A response that is no page, and a missing one, is said in a toast; the page is kept."""
    browser.get(f"{root}/console/products?search=hammer")
    wait_until(browser, "'ready' in document.documentElement.dataset")
    tools = cast("Any", browser)
    tools.execute_script("htmx.ajax('GET', '/docs/json', {target: '#results'})")
    wait_until(browser, "document.querySelector('#toasts').innerText.includes('still there')")
    tools.execute_script("document.querySelector('#toasts').replaceChildren()")
    offline = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    tools.execute_cdp_cmd("Network.enable", {})
    tools.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
    browser.find_element(By.ID, "search").send_keys("s")
    wait_until(browser, "document.querySelector('#toasts').innerText.includes('cannot be reached')")
    assert browser.find_element(By.ID, "search").get_attribute("value") == "hammers"
    assert browser.find_elements(By.CSS_SELECTOR, "#results td.main")
    tools.execute_cdp_cmd("Network.emulateNetworkConditions", {**offline, "offline": False})


def check_attacked_supplier(browser: Chrome, root: str) -> None:
    """Check the pages of a supplier whose name and items are markup."""
    browser.get(f"{root}/console/suppliers?search=alert")
    supplier = str(browser.find_element(By.CSS_SELECTOR, "td.main a").get_attribute("href"))
    check_page(browser, f"{supplier}?search=alert", "attacked-supplier")
    check_page(browser, f"{supplier}/settings", "supplier-settings")
    browser.get(supplier)
    item = str(browser.find_element(By.CSS_SELECTOR, "#results td.main a").get_attribute("href"))
    check_page(browser, item, "attacked-item")


def test_pages_in_a_browser(system: System, browser: Chrome, tmp_path: Path) -> None:
    lines = system.up()
    root = f"http://127.0.0.1:{system.port}"
    add_attacks(root, log_in_by_api(system, lines, "admin"))
    import_attacks(system)
    browser.get(root)
    for name, path in PUBLIC_PAGES.items():
        check_page(browser, root + path, name)
    check_search_by_keys(browser, root)
    log_in(browser, root, lines, "admin")
    browser.get(f"{root}/console/products?search=hammer")
    hammer = browser.find_element(By.CSS_SELECTOR, "td.main a").get_attribute("href")
    for name, path in STAFF_PAGES.items():
        check_page(browser, root + path, name)
    check_page(browser, f"{hammer}?link=saw", "product")
    check_menu(browser, f"{root}/console/products")
    check_imports(browser, root)
    for name, path in ATTACKED_PAGES.items():
        check_page(browser, root + path, name)
    browser.get(f"{root}/console/products?search=alert")
    attacked = browser.find_element(By.CSS_SELECTOR, "td.main a").get_attribute("href")
    check_page(browser, f"{attacked}?link=alert", "attacked-product")
    check_attacked_supplier(browser, root)
    check_joined_forms(browser, root, tmp_path / "list.csv")
    check_bulk_change(browser, root)
    check_rules(browser, root)
    check_decisions_by_keys(browser, root)
    check_marks_by_keys(browser, root)
    check_toasts(browser, root)
    check_bars(browser, root)
    assert violations(browser) == []
    check_foreign_responses(browser, root)
    check_target_price(browser, root)
