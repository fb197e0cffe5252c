"""Messages on the pages name the fields of forms, not the settings of the API."""

import pytest

from pricebook.console.page_texts import load_texts
from pricebook.console.setting_words import plain_words


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("Correct the cell or set price_quantity.", "set “A price is for how many”."),
        ('Packs: set --column pack_size="Header", or price_quantity=1 if so.',
         "Packs: set Pack size as the column “Header”, or “A price is for how many”: 1 if so."),
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
