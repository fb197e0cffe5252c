"""Parts of the page of a preview: later prices, and the forms that are sent together."""

import re

import builders
from console.conftest import Client, LogInAs
from console.fragments import refused_preview, show_text
from pricebook.console.assets import load_assets
from pricebook.db.database import Connection
from pricebook.errors import PriceListIssue
from pricebook.imports.preview_schemas import PreviewResult
from pricebook.pricelists.isolation.frames import SheetSample

PREVIEWS = "/console/imports/previews"
ROWS = SheetSample(None, [(1, ["Code", "A", "B"]), (2, ["X-1", "12.50", "20.00"])])


async def test_later_price_of_a_new_article_is_shown(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("procurement")
    path = f"{PREVIEWS}/{await builders.import_preview(conn, await builders.supplier(conn))}"
    await conn.execute(
        """
        UPDATE import_previews SET result = jsonb_set(result, '{added,0}', (result -> 'added' -> 0)
            || '{"next_price": "13.10", "next_from": "2099-02-01"}')
        """
    )
    assert "from 2099-02-01: 13.10 USD" in await show_text(client, path)


async def test_forms_of_questions_and_settings_share_one_button(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    issue = PriceListIssue("A and B match; set one.", "column_mapping.price", ("A", "B"))
    result = PreviewResult(issues=(issue,), sheets=(ROWS,))
    path = await refused_preview(conn, await builders.supplier(conn), result)
    text = await show_text(client, path)
    settings = re.compile(r'<details class="review all-settings">.*?</details>', re.DOTALL)
    outside = settings.sub("", text)
    assert outside.count("Read again") == outside.count('name="remember"') == 1
    assert text.count("Read again") == text.count('name="remember"') == 2
    # Where the settings are open, their button sends both forms.
    rule = "#preview:has(.all-settings[open]) .questions .submit { display: none; }"
    assert rule in (await client.get(load_assets().address("console.css"))).text
    assert '<div class="submit">' in outside
