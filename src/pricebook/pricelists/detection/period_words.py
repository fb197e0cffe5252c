"""Words of first and last days, and of promotions. Pure data, compared like `vocabulary`."""

# Beginnings of words for promotions, also of compound ones: `Aktionsende`, `акционный`.
PROMOTION_STEMS = (
    *("promo", "aktion", "sonderangebot", "angebots", "акци", "акці", "промо", "спецпредложен"),
    *("oferta", "oferty", "kampan", "kampagn", "campagn", "campañ", "offert", "extrapris"),
    *("tilbud", "tarjous", "aanbieding", "actie"),
)
# Of the end of a period, beside the words before a last day.
END_WORDS = frozenset(
    (
        *("end", "ends", "ending", "ended", "expiry", "expires", "expiration", "expiring", "last"),
        *("ende", "endet", "endend", "schluss", "ablauf", "enddatum", "letzter", "spätestens"),
        *("конец", "окончание", "окончания", "заканчивается", "завершение", "последний"),
        *("fin", "expire", "échéance", "termine", "final", "finaliza", "vence"),
        *("vencimiento", "caduca", "termina", "koniec", "końca", "kończy", "zakończenie"),
        *("zakończenia", "кінець", "закінчення", "завершення", "einde", "eind", "einddatum"),
        *("konec", "konce", "slut", "slutdatum", "sista", "fine", "scadenza", "sfârșit", "bitiş"),
        *("край", "fim", "término", "validade", "tot", "t m", "tm", "fino", "até", "până", "pana"),
        *("kadar", "till", "til", "med"),
    )
)
# Ends of compound words for an end: `Aktionsende`.
END_SUFFIXES = ("ende", "schluss", "enddatum", "einde", "slut")
# Of the beginning of a period.
BEGIN_WORDS = frozenset(
    (
        *("from", "start", "starts", "starting", "begin", "begins", "beginning", "since", "first"),
        *("ab", "von", "vom", "beginn", "beginnt", "anfang", "startdatum", "с", "со", "начало"),
        *("начала", "від", "з", "початок", "початку", "début", "debut", "dès", "partir"),
        *("desde", "inicio", "comienzo", "od", "początek", "początku", "rozpoczęcie", "van"),
        *("vanaf", "začátek", "från", "fra", "dal", "inizio", "din", "başlangıç", "от"),
        "início",
    )
)
BEGIN_SUFFIXES = ("beginn", "beginnt", "startdatum", "anfang")
# Beside `to` or `until` in a title that names nothing else: `valid to`, `price until date`.
BARE_WORDS = frozenset(
    (
        *("valid", "validity", "date", "day", "price", "prices", "the", "gültig", "gültigkeit"),
        *("datum", "preis", "zum", "tag", "действует", "действительна", "действительно", "дата"),
        *("цена", "цены", "срок", "valable", "valide", "au", "le", "prix", "jour"),
        *("válido", "válida", "vigente", "vigencia", "fecha", "precio", "el", "de", "ważna"),
        *("ważne", "ważny", "obowiązuje", "data", "cena", "dnia", "діє", "дійсна", "дійсний"),
        *("термін", "ціна", "geldig", "giltig", "gäller", "platí", "platnost", "valido", "valida"),
        *("valabil", "al", "a", "и", "валидна"),
    )
)
