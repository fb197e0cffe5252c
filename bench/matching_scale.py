"""Measures matching of 10,000 items against 500,000 products, generated."""

import resource
import time
from collections.abc import Iterator
from random import Random

from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.model import Model
from pricebook.matching.scoring.prepared import Context
from pricebook.matching.scoring.suggesting import CatalogProduct, Run
from pricebook.matching.scoring.texts import Article, describe
from pricebook.matching.scoring.token_ids import index_tokens

PRODUCTS, ITEMS, CHUNK = 500_000, 10_000, 500
SYLLABLES = ("bako", "riten", "mar", "sol", "vik", "dra", "lum", "per", "gon", "tis", "fal", "hen")
KEPT = 0.85
SIZES = (3, 4, 5, 6, 8, 10, 12, 16, 20, 25, 30, 40, 50, 60, 80, 100, 120, 150, 200, 250)
COLOURS = ("black", "white", "red", "blue", "grey", "green", "yellow")


def vocabulary(count: int, random: Random) -> list[str]:
    """Return invented words."""
    words = {"".join(random.choices(SYLLABLES, k=random.randint(2, 4))) for _ in range(2 * count)}
    return sorted(words)[:count]


def products(count: int) -> Iterator[Article]:
    """Yield the same invented products at each call; words are as frequent as in a language."""
    random = Random(1)
    words, brands = vocabulary(20_000, random), vocabulary(500, random)
    weights = [1 / (rank + 20) for rank in range(len(words))]
    chosen = random.choices(words, weights, k=count * 5)
    for number in range(count):
        name = [*chosen[number * 5 : number * 5 + 5], random.choice(brands).title()]
        name.append(f"{random.choice(SIZES)} x {random.choice(SIZES)} mm")
        if number % 3 == 0:
            name.append(
                f"{random.choice('ABCDEFGH')}{random.choice('KLMN')}-{number * 7919 % 10**6}"
            )
        if number % 4 == 0:
            name.append(random.choice(COLOURS))
        yield Article(" ".join(name), code=f"SKU-{number:07}", price=random.uniform(1, 500))


def item_of(product: Article, random: Random) -> Article:
    """Return a product as a supplier writes it: other order, words left out, another price."""
    words = [word for word in product.name.split() if word == "x" or random.random() < KEPT]
    middle = len(words) // 2
    name = " ".join((*words[middle:], *words[:middle])).lower()
    return Article(name, code=f"{random.randint(0, 10**7):07}", price=(product.price or 1) * 0.8)


def measure_scale(model: Model) -> None:
    """Print seconds and memory of building the index, of a search and of comparing."""
    start = time.perf_counter()
    articles = list(products(PRODUCTS))
    rows = [(place, tuple(index_tokens(describe(each)))) for place, each in enumerate(articles)]
    tokens = sum(len(each) for _, each in rows)
    print(f"{PRODUCTS:,} products, {tokens / PRODUCTS:.0f} tokens each", end="; ")
    print(f"read once, when they change: {time.perf_counter() - start:.1f} s")
    before = memory()
    start, used = time.perf_counter(), time.process_time()
    index = ProductIndex(rows)
    step(f"index of the tokens ({memory() - before:.0f} MB)", start, used)
    del rows
    random = Random(2)
    places = random.sample(range(PRODUCTS), ITEMS)
    run = Run[int, int](index, Context(index), model)
    start_all, used_all = time.perf_counter(), time.process_time()
    found = run.find({place: item_of(articles[place], random) for place in places})
    step(f"candidates of {ITEMS:,} items", start_all, used_all)
    start, used = time.perf_counter(), time.process_time()
    for first in range(0, ITEMS, CHUNK):
        chunk = places[first : first + CHUNK]
        wanted = {candidate for place in chunk for candidate in found[place]}
        run.compare(chunk, {each: CatalogProduct(articles[each]) for each in wanted})
    ranked = run.suggestions()
    step("comparison, scores and reasons", start, used)
    step("all", start_all, used_all)
    top = sum(each[0].product_id == place for place, each in ranked.items() if each)
    print(f"first suggestion right {top / ITEMS:.1%}; peak memory {memory():.0f} MB")


def step(title: str, start: float, used: float) -> None:
    """Print the seconds since a start, and the seconds of CPU."""
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    print(f"{title}: {seconds:.1f} s, CPU {cpu:.1f} s")


def memory() -> float:
    """Return the peak memory of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    from pricebook.matching.scoring.model import load_shipped

    measure_scale(load_shipped())
