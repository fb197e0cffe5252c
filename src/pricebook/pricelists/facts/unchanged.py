"""Texts in place of a new price: `unverändert`, `no change`, `без изменений`."""

import re
from functools import lru_cache

from pricebook.pricelists.text import normalize_marks

_TEXTS = frozenset(
    (
        *("unchanged", "price unchanged", "no change", "no changes", "no price change"),
        *("not changed", "as before", "same as before", "remains unchanged", "stays the same"),
        *("unverändert", "preis unverändert", "unveränd", "unv", "keine änderung"),
        *("keine preisänderung", "wie bisher", "wie vorher", "bleibt", "bleibt gleich"),
        *("preis bleibt", "bleibt unverändert", "gleichbleibend", "gleich geblieben"),
        *("inchangé", "inchangée", "inchangés", "prix inchangé", "tarif inchangé"),
        *("sans changement", "pas de changement", "aucun changement", "comme avant"),
        *("sin cambio", "sin cambios", "sin variación", "sin variacion", "no cambia"),
        *("precio sin cambios", "mantiene precio", "se mantiene", "como antes"),
        *("без изменений", "без изменения", "не изменилась", "не меняется", "не изменяется"),
        *("цена не изменилась", "цена без изменений", "прежняя", "прежняя цена", "б/и"),
        *("без змін", "без зміни", "не змінилася", "не змінюється", "ціна без змін"),
        *("ціна не змінилася", "попередня ціна", "bez zmian", "bez zmiany", "cena bez zmian"),
        *("nie zmienia się", "cena bez zmiany", "jak dotychczas", "jak poprzednio"),
        *("oförändrat", "oförändrad", "oförändrat pris", "oför", "ongewijzigd"),
        *("prijs ongewijzigd", "geen wijziging", "uændret", "uændret pris", "uendret"),
        *("beze změny", "beze změn", "nezměněno", "cena beze změny", "invariato", "invariata"),
        *("prezzo invariato", "nessuna variazione", "sem alteração", "sem alterações"),
        *("inalterado", "mantém", "değişmedi", "değişiklik yok", "aynı fiyat", "neschimbat"),
        *("fără modificări", "без промяна", "непроменена", "ei muutosta", "ennallaan"),
        *("változatlan", "nem változik"),
    )
)
_EDGES = re.compile(r"^[\s(\[*!–—-]+|[\s)\]*!.…–—-]+$")


@lru_cache(maxsize=1024)
def is_unchanged(cell: str) -> bool:
    """Return whether a cell for a price says that the price of another column stays."""
    return _EDGES.sub("", normalize_marks(cell).casefold()) in _TEXTS
