"""The audit log in the words of the pages: actions, fields, values, names of what is gone, days."""

import re
from datetime import UTC, datetime
from pathlib import Path

import builders
from console.conftest import Client, LogInAs
from console.fragments import show_text
from pricebook.audit import actions as known
from pricebook.console.page_texts import load_texts
from pricebook.db.database import Connection

PATH = "/console/administration/audit"
SOURCE = Path(__file__).parents[2] / "src/pricebook"
AUDITED = Path(__file__).parents[1] / "audit"
ACTIONS = re.compile(r"actions=\{([^}]*)\}")
TRIGGERS = re.compile(r"audit_row\('([^;]*)'\)")


def test_each_action_and_field_of_a_trigger_has_words() -> None:
    texts = load_texts()
    sql = "".join(path.read_text() for path in (SOURCE / "db/sql").glob("*.sql"))
    calls = [re.split(r"',\s*'", call) for call in TRIGGERS.findall(sql)]
    actions = {call[0] for call in calls}
    code = "".join(path.read_text() for path in SOURCE.rglob("*.py"))
    actions |= set(re.findall(r'\baction="([a-z_]+\.[a-z_]+)"', code))
    requests = "".join(path.read_text() for path in AUDITED.glob("*.py"))
    actions |= set(re.findall(r'"([a-z_]+\.[a-z_]+)"', "".join(ACTIONS.findall(requests))))
    assert "webhook.tested" in actions
    assert actions <= set(known.ACTIONS)
    worded = {
        key.removeprefix("audit.actions.") for key in texts.entries if "audit.actions." in key
    }
    assert worded == set(known.ACTIONS)
    assert {"product.updated", "category.created", "task.finished"} <= actions
    assert {
        each.partition(".")[0]
        for each in actions
        if not texts.get(f"audit.types.{each.partition('.')[0]}")
    } == set()
    fields = {field for call in calls for field in call[3:]}
    assert {"name", "target_price", "reason"} <= fields
    assert {each for each in fields if not texts.get(f"audit.names.{each}")} == set()


async def test_deleted_category_is_shown_by_its_name_and_nothing_as_such(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    old, new = await builders.category(conn, "Saws"), await builders.category(conn, "Tools")
    await builders.product(conn, sku="P-1", category_id=old)
    await conn.execute("UPDATE products SET category_id = %s", [new])
    await conn.execute("DELETE FROM categories WHERE id = %s", [old])
    text = await show_text(client, f"{PATH}?action=product.updated")
    assert str(old) not in text
    assert re.search(r"category</span>\s*<span class=\"diff\"><del>.*Saws</del>.*Tools", text)
    other = await builders.category(conn, "Drills")
    await conn.execute("UPDATE categories SET parent_id = %s WHERE id = %s", [new, other])
    text = await show_text(client, f"{PATH}?action=category.updated")
    assert re.search(r"parent category</span>.*nothing</del>.*Tools</ins>", text)


async def test_states_and_truth_values_have_words(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await builders.supplier(conn, "ACME")
    await conn.execute("UPDATE suppliers SET is_active = false")
    text = await show_text(client, f"{PATH}?action=supplier.updated")
    assert re.search(r"active</span>.*yes</del>.*no</ins>", text)
    assert "Supplier changed" in text


async def test_last_day_is_included_and_today_is_one_step_away(
    client: Client, log_in_as: LogInAs, conn: Connection
) -> None:
    await log_in_as("admin")
    await builders.supplier(conn, "ACME")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    text = await show_text(client, f"{PATH}?action=supplier.created&until={today}")
    assert "ACME" in text
    assert '<label for="until">To day (included)</label>' in text
    assert f'since={today}">Today</a>' in text
