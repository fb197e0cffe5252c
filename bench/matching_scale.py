"""Measures matching of 10,000 items against 500,000 products, generated."""

import resource
import time
from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from pricebook.matching.scoring.candidates import ProductIndex
from pricebook.matching.scoring.model import Model
from pricebook.matching.scoring.prepared import Context
from pricebook.matching.scoring.suggesting import CatalogProduct, Run
from pricebook.matching.scoring.texts import Article
from pricebook.matching.scoring.token_ids import product_tokens

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


class Catalog:
    """Products in files, as a database has them: their articles, and the ids of their tokens."""

    def __init__(self, folder: Path) -> None:
        self._names = folder / "names"
        self._tokens = folder / "tokens"
        self._starts = array("q")

    def write(self) -> None:
        """Write the files; for a process of its own, which takes memory."""
        with self._names.open("w") as names, self._tokens.open("wb") as tokens:
            for each in products(PRODUCTS):
                names.write(f"{each.name}\t{each.code}\t{each.price}\n")
                ids = array("i", product_tokens(each))
                tokens.write(array("i", [len(ids)]).tobytes() + ids.tobytes())

    def rows(self) -> Iterator[tuple[int, list[int]]]:
        """Yield the place of each product and the ids of its tokens."""
        with self._tokens.open("rb") as file:
            for place in range(PRODUCTS):
                (count,) = array("i", file.read(4))
                yield place, array("i", file.read(4 * count)).tolist()

    def articles(self, places: Iterable[int]) -> dict[int, Article]:
        """Return products by their places."""
        with self._names.open("rb") as file:
            if not self._starts:
                self._starts = array("q", accumulate(map(len, file), initial=0))
            found = dict[int, Article]()
            for place in places:
                file.seek(self._starts[place])
                name, code, price = file.readline().decode().rstrip().split("\t")
                found[place] = Article(name, code=code, price=float(price))
            return found


def measure_scale(model: Model) -> None:
    """Print seconds and memory of building the index, of a search and of comparing."""
    with TemporaryDirectory() as folder:
        catalog = Catalog(Path(folder))
        start = time.perf_counter()
        process = get_context("spawn").Process(target=catalog.write)
        process.start()
        process.join()
        print(f"tokens of {PRODUCTS:,} products, once: {time.perf_counter() - start:.1f} s")
        measure_run(catalog, model)


def measure_run(catalog: Catalog, model: Model) -> None:
    """Print seconds and memory of a run with the products of a catalog."""
    start, used = time.perf_counter(), time.process_time()
    index = ProductIndex(catalog.rows())
    step(f"index of the tokens, peak {memory():.0f} MB", start, used)
    random = Random(2)
    places = random.sample(range(PRODUCTS), ITEMS)
    wanted = catalog.articles(places)
    run = Run[int, int](index, Context(index), model)
    start_run, used_run = time.perf_counter(), time.process_time()
    found = run.find({place: item_of(wanted[place], random) for place in places})
    step(f"candidates of {ITEMS:,} items", start_run, used_run)
    pairs = sum(map(len, found.values()))
    start, used = time.perf_counter(), time.process_time()
    for first in range(0, ITEMS, CHUNK):
        chunk = places[first : first + CHUNK]
        near = {candidate for place in chunk for candidate in found[place]}
        articles = catalog.articles(near)
        run.compare(chunk, {each: CatalogProduct(article) for each, article in articles.items()})
    ranked = run.suggestions()
    step(f"comparison of {pairs:,} pairs, scores and reasons", start, used)
    step("candidates to reasons", start_run, used_run)
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
