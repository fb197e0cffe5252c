"""Texts by which a price list marks articles that are no longer sold, in the seven languages."""

from collections.abc import Iterable
from functools import lru_cache

from pricebook.pricelists.detection.letterhead_words import ARTICLE_NOUNS
from pricebook.pricelists.detection.word_keys import comparison_keys
from pricebook.pricelists.sections import SEPARATOR
from pricebook.pricelists.text import split_header

_EDGES = " .!*()[]-–—"
# Of a cell, in characters.
MAX_LENGTH = 40
# They mark an article in any column.
_CLEAR_TEXTS = (
    *("deleted", "discontinued", "discontinuing", "obsolete", "end of life", "eol", "delisted"),
    *("phased out", "phasing out", "phase out", "phase-out", "withdrawn", "out of production"),
    *("no longer available", "no longer produced", "no longer supplied", "no longer sold"),
    *("no longer manufactured", "production discontinued", "withdrawn from sale"),
    *("gelöscht", "geloescht", "auslauf", "auslaufend", "auslaufartikel", "auslaufmodell"),
    *("auslaufprodukt", "auslaufware", "ausgelaufen", "ausgelaufene", "abgekündigt", "ausgelistet"),
    *("nicht mehr lieferbar", "nicht mehr verfügbar", "nicht mehr erhältlich", "läuft aus"),
    *("nicht mehr im sortiment", "nicht mehr im programm", "produktion eingestellt"),
    *("снят с производства", "снята с производства", "снято с производства", "снят с продажи"),
    *("сняты с производства", "снятые с производства", "снята с продажи", "снято с продажи"),
    *("выведен из ассортимента", "выведено из ассортимента", "удален", "удалена", "удалено"),
    *("больше не производится", "не производится", "больше не поставляется", "выпуск прекращен"),
    *("supprimé", "supprimée", "supprimés", "supprimées", "fin de vie", "en fin de vie"),
    *("fin de série", "n'est plus disponible", "plus fabriqué", "plus commercialisé"),
    *("retiré de la vente", "arrêt de fabrication", "production arrêtée", "déréférencé"),
    *("descatalogado", "descatalogada", "descatalogados", "descontinuado", "descontinuada"),
    *("discontinuado", "discontinuada", "fuera de catálogo", "fuera de producción", "fin de vida"),
    *("dado de baja", "ya no disponible", "ya no se fabrica", "a extinguir", "obsoleto"),
    *("usunięty", "usunięta", "usunięte", "wycofany", "wycofana", "wycofane", "skasowany"),
    *("wycofany z oferty", "wycofane z oferty", "wycofany z produkcji", "wycofany ze sprzedaży"),
    *("koniec produkcji", "zakończona produkcja", "już niedostępny", "produkcja zakończona"),
    *("знятий з виробництва", "знято з виробництва", "зняті з виробництва", "знятий з продажу"),
    *("знято з продажу", "видалено", "видалений", "видалена", "виведено з асортименту"),
    *("більше не виробляється", "не виробляється", "виведений з асортименту"),
)
# They do so in a column of the state of articles; in another one, `entfällt` is not applicable.
_TEXTS_OF_STATES = (
    *("removed", "inactive", "not active", "deactivated", "dead", "cancelled", "archived"),
    *("entfällt", "entfallen", "eingestellt", "gestrichen", "inaktiv", "nicht aktiv", "storniert"),
    *("снят", "снята", "снято", "неактивен", "неактивна", "неактивный", "не активен", "архив"),
    *("архивный", "arrêté", "arrêtée", "abandonné", "retiré", "inactif", "obsolète", "archivé"),
    *("eliminado", "eliminada", "suprimido", "borrado", "inactivo", "inactiva", "baja"),
    *("nieaktywny", "nieaktywna", "zarchiwizowany", "неактивний", "неактивна", "знято", "знятий"),
)
_STATE_HEADERS = comparison_keys(
    (
        *("status", "state", "lifecycle", "availability", "remark", "remarks", "note", "notes"),
        *("comment", "comments", "info", "artikelstatus", "produktstatus", "lebenszyklus"),
        *("verfügbarkeit", "bemerkung", "bemerkungen", "hinweis", "hinweise", "kommentar"),
        *("anmerkung", "статус", "состояние", "наличие", "примечание", "примечания", "комментарий"),
        *("statut", "état", "disponibilité", "remarque", "remarques", "commentaire", "observation"),
        *(
            "observations",
            "estado",
            "situación",
            "disponibilidad",
            "observaciones",
            "nota",
            "notas",
        ),
        *("stan", "dostępność", "uwagi", "uwaga", "komentarz", "стан", "наявність", "примітка"),
        *("примітки", "коментар"),
    )
)
# Headers of columns with a mark for each discontinued article, beside the texts above.
_FLAG_HEADERS = (
    *("is deleted", "deletion flag", "delete", "löschkennzeichen", "löschkz", "lösch kz"),
    *("löschvormerkung", "auslaufkennzeichen", "auslauf kz", "признак удаления", "suppression"),
    *("à supprimer", "do usunięcia", "ознака видалення"),
)
_ACTIVE_HEADERS = (
    *("active", "is active", "aktiv", "ist aktiv", "активен", "активный", "активно", "actif"),
    *("activo", "aktywny", "aktywne", "активний"),
)
_YES = (
    *(
        "x",
        "х",
        "✓",
        "✔",
        "+",
        "1",
        "y",
        "yes",
        "true",
        "j",
        "ja",
        "да",
        "д",
        "oui",
        "o",
        "sí",
        "si",
    ),
    *("s", "tak", "t", "так", "wahr", "vrai", "истина"),
)
_NO = (
    *("0", "n", "no", "false", "nein", "нет", "non", "nie", "ні", "falsch", "faux", "ложь"),
    *("inactive", "inaktiv"),
)


@lru_cache(maxsize=4096)
def cell_key(cell: str) -> str:
    """Return a cell as the sets of texts have it."""
    return cell.strip(_EDGES).casefold().replace("ё", "е").replace("’", "'")


def _keys(texts: Iterable[str]) -> frozenset[str]:
    """Return texts also without accents and punctuation."""
    return frozenset(key for text in texts for key in (cell_key(text), _plain(text)))


def _plain(text: str) -> str:
    return " ".join(split_header(text))


_CLEAR, _YES_KEYS, _NO_KEYS = _keys(_CLEAR_TEXTS), _keys(_YES), _keys(_NO)
_OF_STATES = _CLEAR | _keys(_TEXTS_OF_STATES)
_FLAGS = _OF_STATES | _keys(_FLAG_HEADERS)
_ACTIVE = _keys(_ACTIVE_HEADERS)


def discontinued_texts(header: str) -> frozenset[str]:
    """Return the keys of the cells by which a column marks a discontinued article."""
    key = _plain(header)
    if key in _FLAGS:
        return (_OF_STATES | _YES_KEYS) - {key, cell_key(header)}
    if key in _ACTIVE:
        return _OF_STATES | _NO_KEYS
    return _CLEAR if _STATE_HEADERS.isdisjoint(split_header(header)) else _OF_STATES


def is_discontinued(cell: str) -> bool:
    """Return whether a cell is nothing but a mark of a discontinued article."""
    return len(cell) <= MAX_LENGTH and cell_key(cell) in _OF_STATES


@lru_cache(maxsize=1024)
def discontinued_title(section: str) -> str:
    """Return the title of discontinued articles in the path of a section, empty without one."""
    return next(filter(_is_of_discontinued, section.split(SEPARATOR)), "")


def _is_of_discontinued(title: str) -> bool:
    words = [word for word in split_header(title) if word not in ARTICLE_NOUNS]
    return " ".join(words) in _CLEAR
