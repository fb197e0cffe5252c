"""Texts by which price lists mark articles that are no longer sold. Pure data."""

from pricebook.pricelists.detection.word_keys import comparison_keys

# They mark an article in any column.
CLEAR_TEXTS = (
    *("deleted", "discontinued", "obsolete", "end of life", "eol", "delisted"),
    *("phased out", "withdrawn", "out of production", "no longer in production"),
    *("no longer available", "no longer produced", "no longer supplied", "no longer sold"),
    *("no longer manufactured", "production discontinued", "withdrawn from sale"),
    *("gelöscht", "geloescht", "ausgelaufen", "ausgelaufene", "abgekündigt", "ausgelistet"),
    *("nicht mehr lieferbar", "nicht mehr verfügbar", "nicht mehr erhältlich"),
    *("nicht mehr geliefert", "nicht mehr produziert", "nicht mehr hergestellt"),
    *("nicht mehr im sortiment", "nicht mehr im programm", "produktion eingestellt"),
    *("снят с производства", "снята с производства", "снято с производства", "снят с продажи"),
    *("сняты с производства", "снятые с производства", "снята с продажи", "снято с продажи"),
    *("выведен из ассортимента", "выведено из ассортимента", "удален", "удалена", "удалено"),
    *("больше не производится", "не производится", "больше не поставляется", "выпуск прекращен"),
    *("более не поставляется", "более не производится", "снят с пр-ва", "снято с пр-ва"),
    *("supprimé", "supprimée", "supprimés", "supprimées", "fin de vie", "en fin de vie"),
    *("n'est plus disponible", "n'est plus fabriqué", "plus fabriqué", "plus commercialisé"),
    *("n'est plus commercialisé", "plus disponible", "hors production", "hors catalogue"),
    *("supprimé du tarif", "supprimé du catalogue", "retiré du tarif", "retiré du catalogue"),
    *("retiré de la vente", "arrêt de fabrication", "production arrêtée", "déréférencé"),
    *("descatalogado", "descatalogada", "descatalogados", "descontinuado", "descontinuada"),
    *("discontinuado", "discontinuada", "fuera de catálogo", "fuera de producción", "fin de vida"),
    *("dado de baja", "ya no disponible", "ya no se fabrica", "obsoleto"),
    *("usunięty", "usunięta", "usunięte", "wycofany", "wycofana", "wycofane", "skasowany"),
    *("wycofany z oferty", "wycofane z oferty", "wycofany z produkcji", "wycofany ze sprzedaży"),
    *("koniec produkcji", "zakończona produkcja", "już niedostępny", "produkcja zakończona"),
    *("знятий з виробництва", "знято з виробництва", "зняті з виробництва", "знятий з продажу"),
    *("знято з продажу", "видалено", "видалений", "видалена", "виведено з асортименту"),
    *("більше не виробляється", "не виробляється", "виведений з асортименту"),
    *("fuori produzione", "fuori catalogo", "non più disponibile", "non più in produzione"),
    *("non più prodotto", "fine produzione", "uit productie", "niet meer leverbaar"),
    *("niet meer verkrijgbaar", "uit assortiment", "výroba ukončena", "ukončena výroba"),
    *("ukončeno", "ukončen", "ukončena", "ukončený", "ukončená", "prodej ukončen", "udgået"),
    *("udgået af sortimentet", "poistunut", "poistunut valikoimasta"),
    *("vyřazeno z nabídky", "již se nevyrábí", "utgått", "utgången", "utgått ur sortimentet"),
    *("säljs inte längre", "fora de linha", "fora de produção", "scos din producție"),
    *("nu se mai produce", "üretimden kalktı", "üretimi durduruldu", "спрян от производство"),
)
# They do so in a column of the state of articles; in another one, `entfällt` is not applicable.
TEXTS_OF_STATES = (
    *("removed", "inactive", "not active", "deactivated", "dead", "cancelled", "archived"),
    *("entfällt", "entfallen", "eingestellt", "gestrichen", "inaktiv", "nicht aktiv", "storniert"),
    *("снят", "снята", "снято", "неактивен", "неактивна", "неактивный", "не активен", "архив"),
    *("архивный", "arrêté", "arrêtée", "abandonné", "retiré", "inactif", "obsolète", "archivé"),
    *("eliminado", "eliminada", "suprimido", "borrado", "inactivo", "inactiva", "baja"),
    *("nieaktywny", "nieaktywna", "zarchiwizowany", "неактивний", "неактивна", "знято", "знятий"),
    *("eliminato", "eliminata", "soppresso", "dismesso", "vervallen", "vyřazeno"),
    *("replaced by", "superseded by", "ersetzt durch", "abgelöst durch", "remplacé par"),
    *("remplacée par", "sustituido por", "sustituida por", "reemplazado por", "sostituito da"),
    *("sostituita da", "sostituito dal", "zastąpiony przez", "zastąpiona przez", "заменен на"),
    *("заменена на", "заменено на", "замінено на", "замінений на", "vervangen door"),
    *("ersatt av", "erstattet af", "erstattet av", "nahrazeno", "substituído por", "înlocuit cu"),
    *("korvattu osalla",),
)
# An article is sold while its stock lasts, whatever else its cell or name has.
PHASE_OUT_TEXTS = (
    *("while stock", "while supplies last", "until stock", "phasing out", "phase out", "run-out"),
    *("phase-out", "discontinuing", "auslauf", "läuft aus", "laeuft aus", "solange vorrat"),
    *("solange der vorrat", "solange vorrätig", "abverkauf", "restposten", "restbestand"),
    *("restbestände", "fin de série", "fin de serie", "fins de série", "épuisement", "epuisement"),
    *("ad esaurimento", "esaurimento scorte", "fine serie", "fin de existencias", "hasta agotar"),
    *("a extinguir", "do wyczerpania", "wyprzedaż", "końcówka serii", "до исчерпания"),
    *("распродажа", "пока есть на складе", "до вичерпання", "розпродаж", "zolang de voorraad"),
    *("zolang voorraad", "uitlopend", "op is op", "så länge lagret", "utgående", "do vyprodání"),
    *("até esgotar", "epuizarea stoc", "limita stocului", "stoklarla sınırlı", "до изчерпване"),
)
# They mark an article in brackets of its name, too.
NAME_TEXTS = ("entfällt", "entfallen", "entfaellt", "vervallen")
# They end a line of resistors.
NO_NAME_TEXTS = ("eol", "end of life", "deleted", "gelöscht", "удален", "удалена", "удалено")
# They do so between asterisks only: `Work light **DISC**` is no disc.
STARRED_WORDS = ("disc", "disc'd", "disco", "discont", "obs", "nla")
# Before a mark: `Item is discontinued`, `wird nicht mehr geliefert`.
LEADING_WORDS = comparison_keys(
    (
        *("is", "are", "has", "been", "was", "this", "the", "now", "ist", "sind", "wird", "wurde"),
        *("werden", "dieser", "der", "die", "das", "est", "a", "été", "cet", "le", "il", "è"),
        *("stato", "stata", "el", "es", "ha", "sido", "jest", "został", "этот", "цей", "är", "har"),
        *("is", "bereits", "already", "jetzt", "produkt", "produit", "product", "prodotto"),
    )
)
# Behind a mark: `discontinued since 2026`, `replaced by A9`.
FOLLOWING_WORDS = comparison_keys(
    (
        *("since", "as", "by", "ab", "zum", "seit", "per", "mit", "durch", "ersetzt", "ersatz"),
        *("replaced", "replacement", "superseded", "see", "use", "siehe", "nachfolger", "depuis"),
        *("remplacé", "remplacée", "remplacement", "voir", "au", "dal", "da", "dalla", "vedi"),
        *("sostituito", "sostituita", "desde", "sustituido", "sustituida", "reemplazado", "ver"),
        *("od", "zastąpiony", "zastąpiona", "zamiennik", "patrz", "с", "со", "з", "від", "замена"),
        *("заменен", "см", "заміна", "замінено", "див", "vanaf", "sinds", "vervangen", "zie"),
        *("från", "ersätts", "ersatt", "se", "nahrazeno", "viz", "substituído", "înlocuit"),
    )
)
# Of a name that says what its article is for.
PURPOSE_WORDS = comparison_keys(
    (
        "for",
        "für",
        "fuer",
        "pour",
        "per",
        "para",
        "dla",
        "для",
        "voor",
        "för",
        "pro",
        "pentru",
        "zu",
    )
)

STATE_HEADERS = comparison_keys(
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
        *("примітки", "коментар", "annotazioni", "annotazione", "osservazioni", "commento"),
        *(
            "stato",
            "opmerking",
            "opmerkingen",
            "poznámka",
            "poznámky",
            "stav",
            "anmärkning",
            "huom",
            "huomautus",
        ),
        *("observação", "observações", "estado", "observații", "observatii", "açıklama", "durum"),
        *("забележка", "забележки", "статус", "obs", "bem", "hinw"),
    )
)
# Headers of columns with a mark for each discontinued article, beside the texts above.
FLAG_HEADERS = (
    *("is deleted", "deletion flag", "delete", "löschkennzeichen", "löschkz", "lösch kz"),
    *("löschvormerkung", "признак удаления", "suppression"),
    *("à supprimer", "do usunięcia", "ознака видалення"),
)
ACTIVE_HEADERS = (
    *("active", "is active", "aktiv", "ist aktiv", "активен", "активный", "активно", "actif"),
    *("activo", "aktywny", "aktywne", "активний"),
)
YES = (
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
NO = (
    *("0", "n", "no", "false", "nein", "нет", "non", "nie", "ні", "falsch", "faux", "ложь"),
    *("inactive", "inaktiv"),
)
