"""Texts in place of a price: `on request`, `auf Anfrage`, `договорная`, `#N/A`."""

import re
from functools import lru_cache

from pricebook.pricelists.text import normalize_marks

_TEXTS = frozenset(
    (
        *("call", "please call", "call for price", "call us", "on request", "upon request"),
        *("price on request", "price upon request", "price on application", "on application"),
        *("on demand", "poa", "por", "p.o.a", "p.o.r", "ask", "ask for price", "request quote"),
        *("quote", "on quote", "rfq", "contact us", "contact", "enquire", "inquire", "inquiry"),
        *("tba", "tbd", "tbc", "to be announced", "to be confirmed", "market price", "daily price"),
        *("auf anfrage", "preis auf anfrage", "a.a", "a. a", "a.anfr", "auf anfr", "anfrage"),
        *("k.a", "k. a", "keine angabe", "keine angaben"),
        *("anfragen", "bitte anfragen", "tagespreis", "tagespreise", "n.v", "nach vereinbarung"),
        *("preis nach vereinbarung", "nach aufwand", "auf nachfrage"),
        *("по запросу", "цена по запросу", "под запрос", "договорная", "цена договорная"),
        *("договор", "уточняйте", "уточняйте цену", "цену уточняйте", "уточнять", "уточнить"),
        *("звоните", "запрос", "по звонку", "по договоренности", "по договорённости", "дог"),
        *("нет цены", "sur demande", "prix sur demande", "nous consulter", "sur devis"),
        *("nous contacter", "s/demande", "consultar", "a consultar", "consultar precio"),
        *("precio a consultar", "bajo pedido", "bajo consulta", "bajo demanda", "a convenir"),
        *("na zapytanie", "cena na zapytanie", "zapytaj", "zapytaj o cenę", "do uzgodnienia"),
        *("do ustalenia", "na telefon", "за запитом", "за запитом ціна", "договірна"),
        *("ціна договірна", "уточнюйте", "телефонуйте", "ціна за запитом", "за домовленістю"),
        *("på begäran", "pris på begäran", "offert", "begär offert", "på förfrågan", "op aanvraag"),
        *("prijs op aanvraag", "dagprijs", "na dotaz", "cena na dotaz", "na vyžádání", "dohodou"),
        *("a richiesta", "su richiesta", "prezzo a richiesta", "da concordare", "la cerere"),
        *("preț la cerere", "la comandă", "sorunuz", "fiyat sorunuz", "fiyat alınız"),
        *("teklif alınız", "по договаряне", "договаряне", "при запитване", "по запитване"),
        *("sob consulta", "preço sob consulta", "sob pedido", "cena na tel", "nc", "n.c"),
        *("#n/a", "n/a", "n.a", "#nv", "#н/д", "н/д"),
    )
)
_EDGES = re.compile(r"^[\s(\[*!]+|[\s)\]*!.…]+$")


@lru_cache(maxsize=1024)
def is_price_on_request(cell: str) -> bool:
    """Return whether a price cell says that the price is to be requested, or not available."""
    return _EDGES.sub("", normalize_marks(cell).casefold()) in _TEXTS
