"""Messages on the pages name the fields of forms, not the settings of the API."""

import re
from html import unescape
from pathlib import Path
from typing import Literal

import msgspec
import pytest

import builders
import pricebook
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.console.page_texts import load_texts
from pricebook.console.setting_words import SETTING_NAMES, label_on, plain_words
from pricebook.db.database import Connection
from pricebook.pricelists.schemas.read_config import ReadConfig

PACKAGE = Path(pricebook.__path__[0])
TEMPLATES = PACKAGE / "console/templates"
# Options of a request that no form has as one of a price list.
NO_FIELDS = {"sheet_settings"}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Correct the cell or set price_quantity.", "set “Price is for, units”."),
        ('Packs: set --column pack_size="Header", or price_quantity=1 if so.',
         "Packs: set Pack size as the column “Header”, or “Price is for, units”: 1 if so."),
        ('Set ignored_columns="Net, EUR" if it says nothing.',
         "Set “Ignored columns”: Net, EUR if it says nothing."),
        ('Set it with column_mapping or --column price="column H".',
         "Set it with Price as the column “column H”."),
        ("set row_price_factor of the supplier.", "set “Largest factor of a price”."),
        ("import with a new layout (--new-layout, new_layout).", "import with a new layout."),
        (("no rate: set one with `pricebook rates set PLN USD RATE` or POST /a/exchange-rates, then"
         " import it again."),
         "no rate: an admin sets one under Administration, Exchange rates; then import it again."),
        ("or set prices_per_pack to false", "or set “Price is for a pack” to false"),
        ('as in discount_groups={"12":"30"}, or not', 'as in “Discount groups”: {"12":"30"}, or'),
        ("by row 56; set currency=TRY or currency=USD.",
         "by row 56; set “Currency”: TRY or “Currency”: USD."),
        ("in doubt; set it, as in discount=30, or discount=0 if prices include it.",
         "as in “Discount on all, %”: 30, or “Discount on all, %”: 0 if prices include it."),
        ("The currency is TRY by row 5, the discount 30.", "is TRY by row 5, the discount 30."),
        ('row 4, "Nettopreise vat_rated"', 'row 4, "Nettopreise vat_rated"'),
    ],
)  # fmt: skip
def test_message_names_fields_of_forms(message: str, words: str) -> None:
    assert words in plain_words(message, load_texts())


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Correct the cell or set price_quantity.", "or set “A price is for how many”."),
        ('set ignored_columns="Net" to read the price without them.',
         "set “Net” as “None of these: kept as a characteristic” to read the price without them."),
        ("correct it, or name the other column in ignored_columns.",
         "or set the other column as “None of these: kept as a characteristic”."),
        ("or name in ignored_columns those that leave the price as it is",
         "or set as “None of these: kept as a characteristic” those that leave the price as it is"),
        ("The row is hidden: set hidden_rows=read if its article is on sale.",
         "set “Are the articles in hidden rows on sale?”: read if its"),
        ("The price is struck out: set struck_out=skip if it is not.",
         "set “Are struck-out articles on sale?”: skip if it"),
        ("or set net_marks to the marks",
         "“Marks of articles without discounts” in the settings of the supplier to the marks"),
        ("save it again, or set encoding.", "or set “Encoding of CSV” in the settings of the"),
        ("correct one of them or set currency.", "or set “Currency”."),
        ("by row 5; set discount_groups for them", "set “Discounts of the groups, %” for them"),
    ],
)  # fmt: skip
def test_message_of_a_preview_names_what_is_on_its_page(message: str, words: str) -> None:
    assert words in plain_words(message, load_texts(), "preview")


def settings_in_messages() -> set[str]:
    """Return the options of reading that are named in texts of the program."""
    names = {field.encode_name for field in msgspec.structs.fields(ReadConfig)}
    texts = [
        text
        for folder in ("pricelists", "imports")
        for path in (PACKAGE / folder).rglob("*.py")
        for text in re.findall(r'f?"([^"\n]*[ ][^"\n]*)"', path.read_text())
    ]
    return {
        name
        for name in names
        if any(re.search(rf"\b(?:set|in|or|and) {name}\b(?!\.)|\b{name}=", text) for text in texts)
    }


def test_each_setting_that_a_message_names_is_known() -> None:
    found = settings_in_messages()
    assert len(found) > 12
    assert found <= set(SETTING_NAMES)


async def test_labels_of_messages_are_those_of_the_settings_of_a_supplier(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    supplier_id = await builders.supplier(conn)
    text = await show_text(client, f"/console/suppliers/{supplier_id}/settings")
    missing = [n for n in SETTING_NAMES if not shows_label(text, n, "supplier")]
    assert missing == []


def shows_label(text: str, name: str, page: Literal["supplier", "preview"]) -> bool:
    return label_on(page, name, load_texts()).strip("“”") in unescape(text)


def test_labels_of_messages_of_a_preview_are_on_its_page() -> None:
    texts = load_texts()
    source = "".join(path.read_text() for path in (TEMPLATES / "previews").glob("*.html"))
    on_page = {texts(key) for key in re.findall(r't\("(previews\.[\w.]+)"\)', source)}
    names = ("hidden_rows", "struck_out", "title_discounts")
    questions = {texts(f"previews.questions.{name}") for name in names}
    for name in SETTING_NAMES:
        label = label_on("preview", name, texts)
        known = label.strip("“”") in on_page | questions
        assert known or label.endswith("in the settings of the supplier"), name
