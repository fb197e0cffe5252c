"""The queries of the catalog's benchmark over the data of `sample`."""

from collections.abc import Iterator
from random import Random

import psycopg
from sample import COLOURS, WORDS

PATH = "/api/v1/catalog"


def categories(url: str) -> list[str]:
    """Return the ids of all categories."""
    with psycopg.connect(url) as conn:
        return [str(each) for (each,) in conn.execute("SELECT id FROM categories ORDER BY name")]


def repeated(ids: list[str]) -> dict[str, str]:
    """Return the queries of cached pages by name."""
    return {
        "first page": PATH,
        "search": f"{PATH}?search=hammer",
        "category": f"{PATH}?category_id={ids[0]}",
        "price range": f"{PATH}?min_price=10&max_price=50",
        "page 100": f"{PATH}?page=100",
    }


def different(ids: list[str], count: int) -> list[str]:
    """Return different queries of all kinds, the same ones each time."""
    chosen = Random(1)
    made: dict[str, None] = {}
    while len(made) < count:
        made |= dict.fromkeys(f"{PATH}?{query}" for query in _one_of_each(chosen, ids))
    return list(made)[:count]


def _one_of_each(chosen: Random, ids: list[str]) -> Iterator[str]:
    word, colour, category = chosen.choice(WORDS), chosen.choice(COLOURS), chosen.choice(ids)
    limit = chosen.randint(10, 90)
    price = chosen.randint(100, 90_000) / 100
    yield f"page={chosen.randint(1, 80)}&limit={limit}"
    yield f"category_id={category}&limit={limit}&max_price={price}"
    yield f"search={word}+{colour}&limit={limit}&page={chosen.randint(1, 5)}"
    yield f"search={word}+{chosen.randint(10, 9999)}&limit={limit}"
    yield f"min_price={price}&max_price={round(price + chosen.randint(100, 9000) / 100, 2)}"
    yield f"search={word}&min_price={price}&limit={limit}"
