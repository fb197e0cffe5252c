"""Checks of a page's layout in a browser: what stays visible, and what covers nothing."""

from itertools import product
from typing import Any, cast

from selenium.webdriver import Chrome
from selenium.webdriver.support.wait import WebDriverWait

from running_system import TIMEOUT_SECONDS

# What is covered by the menu while it has the focus, from the last element of a page to the first.
MENU = """
    const nav = document.querySelector(".top nav");
    const kinds = "a:not(.skip), button, input, select, [tabindex='0']";
    const all = [...document.querySelectorAll(kinds)].filter((each) => each.tabIndex >= 0);
    const wrong = [];
    scrollTo(0, document.documentElement.scrollHeight);
    if (scrollY < 100) wrong.push("too short");
    for (const each of all.filter((one) => one.checkVisibility()).reverse()) {
      each.focus();
      const { top, bottom } = each.getBoundingClientRect();
      const bar = nav.getBoundingClientRect();
      if (bar.top < 0 || bar.bottom > 100) wrong.push(`menu at ${bar.top}`);
      const isCovered = !each.closest(".top") && bottom <= bar.bottom;
      if (isCovered || bottom < 0 || top > innerHeight) wrong.push(each.outerHTML.slice(0, 99));
    }
    return wrong;
"""
VISIBLE = """
    window.before = [...document.querySelectorAll("main :is(a, button, input, select, summary)")]
        .filter((each) => {
            const { top, bottom, width } = each.getBoundingClientRect();
            return width > 0 && top >= 0 && bottom <= innerHeight;
        });
    return before.length;
"""
COVERED = """
    const bar = document.getElementById("toasts");
    return before.filter((each) => {
        const { left, top, width, height } = each.getBoundingClientRect();
        const points = [[width / 2, 1], [width / 2, height - 1]];
        return points.some(([x, y]) => bar.contains(document.elementFromPoint(left + x, top + y)));
    }).map((each) => each.outerHTML);
"""

IS_ONE_ROW = """
    const all = [...document.querySelectorAll(arguments[0])];
    const boxes = all.filter((each) => each.checkVisibility())
        .map((each) => each.getBoundingClientRect());
    return boxes.length > 1 && boxes.every(({ top }) => top < boxes[0].bottom);
"""


def wait_until(browser: Chrome, script: str) -> None:
    """Wait until a script of the page returns true."""
    WebDriverWait(browser, TIMEOUT_SECONDS).until(
        lambda _: cast("Any", browser).execute_script(f"return {script}")
    )


def set_viewport(browser: Chrome, width: int, theme: str) -> None:
    tools = cast("Any", browser)
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    tools.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    feature = {"name": "prefers-color-scheme", "value": "dark" if theme == "dark" else "light"}
    tools.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    tools.delete_cookie("pricebook_theme")
    if theme == "contrast":
        tools.add_cookie({"name": "pricebook_theme", "value": theme})


def check_menu(browser: Chrome, address: str) -> None:
    """Scroll a long page: the menu stays, and covers nothing that has the focus."""
    for width in (360, 768, 1280, 2560):
        set_viewport(browser, width, "light")
        browser.get(address)
        wait_until(browser, "'ready' in document.documentElement.dataset")
        assert cast("Any", browser).execute_script(MENU) == [], width


def check_toasts(browser: Chrome, root: str) -> None:
    """A toast covers nothing that could be clicked, wherever the page is scrolled to."""
    tools = cast("Any", browser)
    paths, widths = ("/console/matches", "/console/matches/list"), (360, 768, 1280, 2560)
    for path, width, share in product(paths, widths, (0, 0.5, 1)):
        set_viewport(browser, width, "light")
        browser.get(root + path)
        wait_until(browser, "'ready' in document.documentElement.dataset")
        tools.execute_script(f"scrollTo(0, {share} * document.body.scrollHeight)")
        assert tools.execute_script(VISIBLE) > 0
        tools.execute_script("document.dispatchEvent(new Event('htmx:sendError'))")
        wait_until(browser, "document.querySelector('#toasts .toast') !== null")
        assert tools.execute_script(COVERED) == [], (path, width, share)


def check_bars(browser: Chrome, root: str) -> None:
    """The filters of products fit into one row; the bar of a list is one row high on phones."""
    tools = cast("Any", browser)
    set_viewport(browser, 1280, "light")
    browser.get(f"{root}/console/products")
    assert tools.execute_script(IS_ONE_ROW, "form.filters > .field")
    set_viewport(browser, 360, "light")
    browser.get(f"{root}/console/matches/list")
    assert tools.execute_script(IS_ONE_ROW, ".marking > *")
