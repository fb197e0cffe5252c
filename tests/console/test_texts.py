"""Texts: each one that a template names exists, and each one that exists is used."""

import re
from pathlib import Path

import pytest

from pricebook.console.page_texts import load_texts

CONSOLE = Path(__file__).parents[2] / "src/pricebook/console"
TEMPLATES = sorted((CONSOLE / "templates").rglob("*.html"))
KEY = re.compile(r"""\bt(?:\.get)?\(["']([\w.-]+)["']""")
# The keys that code completes: t(f"previews.questions.{name}").
PREFIX = re.compile(r'\bf"((?:\w+\.)+)\{')
# Attributes that the Content-Security-Policy forbids, and those of htmx that evaluate code.
FORBIDDEN = re.compile(r"\son\w+=|\sstyle=|hx-on|hx-vars|js:|javascript:|\|\s*safe|autoescape")


def named_keys() -> set[str]:
    return {key for path in TEMPLATES for key in KEY.findall(path.read_text())}


def test_each_text_of_a_template_exists() -> None:
    entries = load_texts().entries
    missing = {
        key
        for key in named_keys()
        if key not in entries and not any(name.startswith(key) for name in entries)
    }
    assert missing == set()


def test_each_text_is_used() -> None:
    code = "".join(path.read_text() for path in CONSOLE.rglob("*.py"))
    used = named_keys()
    prefixes = (*(key for key in used if key.endswith(".")), *PREFIX.findall(code))
    entries = load_texts().entries
    unused = {
        key
        for key in entries
        if key not in used and f'"{key}"' not in code and not key.startswith(prefixes)
    }
    assert unused == set()


def test_tasks_whose_attempts_are_used_up_have_one_word() -> None:
    texts = load_texts()
    assert {
        key
        for key, text in texts.entries.items()
        if re.search(r"\bdead\b", str(text), re.IGNORECASE)
    } == set()
    labels = [key for key in texts.entries if key.endswith(".dead") and "hint" not in key]
    assert {key for key in labels if "given up" not in str(texts.entries[key])} == set()


def test_plural_form_follows_the_number() -> None:
    texts = load_texts()
    assert texts("catalog.count", n=1) == "1 product"
    assert texts("catalog.count", n="1,200") == "1,200 products"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_template_has_no_inline_code_and_escapes_everything(path: Path) -> None:
    assert FORBIDDEN.findall(path.read_text()) == []
