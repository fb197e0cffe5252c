"""New items of a preview whose price is far from those of similar rows of the list."""

import pytest

import builders
from preview_fixtures import Previews
from pricebook.db.database import Connection
from worker_fixtures import RunningWorker

HAMMERS = [f"H-{n};Hammer {n};Hammers;{10 + n}.50" for n in range(12)]
NAILS = [f"N-{n};Nail {n};Nails;0.{10 + n}" for n in range(12)]


async def unlike(
    conn: Connection, previews: Previews, running_worker: RunningWorker, lines: list[str]
) -> list[tuple[str, str, str]]:
    text = "\n".join(["Article code;Name;Category;Price", *lines])
    async with running_worker():
        preview_id = await previews.upload(await builders.supplier(conn), text)
        _, result = await previews.read(preview_id)
    return [(each.supplier_sku, each.similar_to, str(each.usual_price)) for each in result.unlike]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # 1.2 of nails is not far; neither are hammers that cost a hundred times as much as nails.
        ([*HAMMERS, *NAILS, "N-20;Nail 20;Nails;1.20"], []),
        ([*HAMMERS, "H-20;Hammer 20;Hammers;1250"], [("H-20", "Hammers", "16.50")]),
        ([*HAMMERS, *NAILS, "H-20;Hammer 20;Hammers;0.12"], [("H-20", "Hammers", "15.50")]),
        # Without a category, names that begin with one word are similar.
        (
            [each.replace("Hammers", "") for each in [*HAMMERS, "H-20;Hammer 20;;1950", *NAILS]],
            [("H-20", "hammer", "16.50")],
        ),
        # Of few rows no price is usual, and of mixed ones none is far.
        ([*HAMMERS[:3], "H-20;Hammer 20;Hammers;1950"], []),
        ([*HAMMERS, *(f"H-{n};Hammer {n};Hammers;{n}000" for n in range(20, 24))], []),
    ],
)
async def test_new_prices_far_from_similar_ones_are_listed(
    conn: Connection,
    previews: Previews,
    running_worker: RunningWorker,
    lines: list[str],
    expected: list[tuple[str, str, str]],
) -> None:
    assert await unlike(conn, previews, running_worker, lines) == expected
