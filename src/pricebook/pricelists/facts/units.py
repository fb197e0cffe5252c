"""Words for units and their codes in UN/ECE Recommendation 20, in fifteen languages.

A piece is H87 ("a unit of count defining the number of pieces"), also where a price list calls it
each or unit, so that equal units have equal codes. Packages have the codes of Recommendation 21
with the prefix X, as Recommendation 20 sets since revision 6.
"""

import re
from functools import lru_cache

PIECE = "H87"
_CODE_WORDS: dict[str, str] = {
    PIECE: (
        "pc, pcs, pce, pces, piece, pieces, ea, each, unit, units, item, items, nos, h87, c62, "
        "nar, nmb, "
        "st, stk, stck, stück, stücke, stueck, einheit, einheiten, шт, штук, штука, штуки, штуку, "
        "ед, единица, единицы, единицу, pièce, pièces, pièce(s), unité, unités, "
        "u, un, ud, uds, und, unid, unidad, unidades, pza, pzas, pieza, piezas, "
        "szt, sztuka, sztuki, sztuk, sztukę, одиниця, одиниці, одиницю, од, styck, stuk, stuks, "
        "ks, kus, kusů, kusy, pz, pezzo, pezzi, cad, buc, bucată, bucăți, bucata, bucati, "
        "ad, adet, бр, брой, броя, unidade, unidades, peça, peças"
    ),
    "PR": (
        "pr, npr, prs, pair, pairs, paar, paare, пара, пары, пар, пару, paire, paires, par, pares, "
        "para, pary, пари, pár, páry, paio, paia, pereche, perechi, çift, чифт, чифта"
    ),
    "SET": (
        "set, sets, kit, kits, satz, sätze, garnitur, набор, наборы, набора, комплект, "
        "комплекты, комплекта, компл, к-т, kpl, jeu, jeux, juego, juegos, jgo, conjunto, "
        "zestaw, zestawy, komplet, komplety, kompl, набір, набори, sada, sady, takım, к т"
    ),
    "MTR": (
        "m, mtr, mtrs, meter, meters, metre, metres, lm, lfm, laufmeter, lfdm, lfd m, м, метр, "
        "метры, метра, метров, пог м, пм, п м, м п, мп, м/п, п/м, погонный метр, mètre, mètres, "
        "mètre linéaire, metro, metros, metri, metr, metry, metrów, mb, метри, метрів, м пог"
    ),
    "KMT": "km, kilometer, kilometre, kilometers, kilometres, км, километр, kilomètre, kilómetro",
    "CMT": "cm, centimeter, centimetre, zentimeter, см, сантиметр, centimètre, centímetro",
    "MMT": "mm, millimeter, millimetre, мм, миллиметр, міліметр, millimètre, milímetro",
    "FOT": "ft, foot, feet, fuß, фут, фута, футов, pied, pieds, pie, pies, stopa",
    "INH": "inch, inches, zoll, дюйм, дюйма, дюймов, pouce, pouces, pulgada, pulgadas, cal",
    "YRD": "yd, yds, yard, yards, ярд, ярда, ярдов",
    "KGM": (
        "kg, kgs, kgm, kilo, kilos, kilogram, kilograms, kilogramm, кг, килограмм, килограмма, "
        "килограммов, kilogramme, kilogrammes, kilogramo, kilogramos, kilogramy, кілограм"
    ),
    "GRM": (
        "g, gr, grm, gram, grams, gramm, г, гр, грамм, грамма, граммов, gramme, grammes, gramo, "
        "gramos, gramy, gramów, грам"
    ),
    "MGM": "mg, milligram, milligramm, мг, миллиграмм, міліграм, milligramme, miligramo",
    "TNE": (
        "t, to, tn, tne, ton, tons, tonne, tonnes, tonnen, т, тн, тонна, тонны, тонну, тонн, tonę, "
        "tonelada, toneladas, tona, tony, тонни"
    ),
    "LBR": "lb, lbs, pound, pounds, фунт, фунта, фунтов",
    "ONZ": "oz, ounce, ounces, unze, unzen, унция, унции, once, onces, onza, onzas",
    "LTR": (
        "l, lt, ltr, ltrs, liter, liters, litre, litres, л, литр, литра, литров, litro, litros, "
        "litri, litr, litry, litrów, літр, літри, літрів"
    ),
    "MLT": "milliliter, millilitre, мл, миллилитр, мілілітр, mililitro, mililitr",
    "CLT": "cl, centiliter, centilitre, zentiliter, сл, сантилитр, centilitro",
    "HLT": "hl, hectoliter, hectolitre, hektoliter, гл, гектолитр, hectolitro, hektolitr",
    "GLL": "gal, gallon, gallons, галлон, галлона, галлонов",
    "MTK": (
        "m2, qm, sqm, sq m, mtk, square metre, square meter, quadratmeter, м2, кв м, квм, "
        "квадратный метр, mètre carré, metro cuadrado, metr kwadratowy, mkw, m kw, квадратний метр"
    ),
    "CMK": "cm2, qcm, sq cm, см2, кв см",
    "FTK": "ft2, sqft, sq ft, square foot, square feet",
    "MTQ": (
        "m3, cbm, cu m, mtq, cubic metre, cubic meter, kubikmeter, м3, куб м, кубм, "
        "кубический метр, mètre cube, metro cúbico, metr sześcienny, кубічний метр, куб"
    ),
    "KWH": "kwh, квтч, квт ч",
    "HUR": "h, hr, hrs, hour, hours, stunde, stunden, std, час, часа, часов, heure, hora, godzina",
    "DAY": "day, days, tag, tage, день, дня, дней, сут, сутки, jour, jours, día, días, dzień, dni",
    "RM": "ream, reams, ries, пачка бумаги, rame, resma, ryza",
    "XST": (
        "sheet, sheets, blatt, bl, bogen, tafel, лист, листа, листов, feuille, feuilles, hoja, "
        "hojas, arkusz, arkusze, ark, аркуш, аркуші"
    ),
    "XRO": (
        "roll, rolls, rll, rl, rolle, rollen, rol, ro, рулон, рулоны, рулона, рулонов, рул, "
        "rouleau, rouleaux, rlx, rollo, rollos, rolka, rolki, rolek, рулони, рулонів, rulle, "
        "rullar, role, rotolo, rotoli, rolă, rulo, ролка, ролки, rolo, rolos"
    ),
    "XRL": "reel, reels, spule, spulen, катушка, катушки, bobine, bobina, szpula",
    "XRG": "ring, ringe, бухта, бухты, бухт, couronne, krążek",
    "XBX": (
        "box, boxes, bx, schachtel, schachteln, коробка, коробки, коробок, кор, короб, boîte, "
        "boîtes, bte, caja, cajas, cj, pudełko, pudełka, коробку, коробке, doos, krabice, scatola, "
        "scatole, cutie, cutii, kutu, кутия, кутии, caixa, caixas, cx"
    ),
    "XCT": (
        "carton, cartons, ctn, ctns, karton, kartons, krt, ktn, kart, cartón, cartones, kartony, "
        "cartone, cartoni, кашон, кашони"
    ),
    "XPK": (
        "pack, packs, pk, pkg, pkgs, package, packages, packung, packungen, pkt, pck, pak, ve, "
        "vpe, verpackungseinheit, packing unit, packaging unit, gebinde, упаковка, упаковки, "
        "упаковке, упаковок, уп, упак, пачка, пачки, пач, paquet, "
        "paquets, pqt, conditionnement, colis, paquete, paquetes, opakowanie, opakowania, op, "
        "тара, тары, тару, тари, тарі, "
        "opak, упаковку, packet, packets, paket, pakete, пакет, пакета, пакетов, paczka, paczki, "
        "kolli, colli, outer, outers, "
        "förp, förpackning, verpakking, bal, balení, conf, confezione, confezioni, bax, "
        "pachet, koli, опаковка, embalagem, cf"
    ),
    "XBG": (
        "bag, bags, beutel, tüte, мешок, мешка, мешков, меш, sac, sacs, sachet, bolsa, bolsas, "
        "saco, sacos, worek, worki, мішок, sack, säcke, säck, zak, zakken, pytel, sacco, sacchi"
    ),
    "XBO": (
        "bottle, bottles, btl, flasche, flaschen, бутылка, бутылки, бутылок, бут, bouteille, "
        "bouteilles, botella, botellas, butelka, butelki, пляшка, флакон, flaska, "
        "flaskor, fles, láhev, bottiglia, bottiglie, garrafa, garrafas, şişe"
    ),
    "XTN": "can, cans, tin, tins, dose, dosen, банка, банки, банок, lata, latas, puszka, puszki",
    "XCI": "canister, kanister, kan, канистра, канистры, bidon, bidón, kanistra, каністра",
    "XBJ": "bucket, buckets, pail, eimer, ведро, вед, ведра, seau, cubo, wiadro, відро",
    "XDR": "drum, drums, fass, fässer, бочка, бочки, fût, beczka",
    "XTU": "tube, tubes, tuben, тюбик, туба, тубы, tubo, tubos, tuba, tuby",
    "XPX": (
        "pallet, pallets, plt, palette, paletten, pal, паллета, поддон, палета, palettes, palet, "
        "palé, paleta, palety, палети"
    ),
    "XCS": "case, cases, cs",
    "XCR": (
        "crate, crates, kiste, kisten, kasten, kst, ящик, ящика, ящиков, ящике, ящ, caisse, "
        "caisses, skrzynka, skrzynkę, skrzynke, skrzynki, skrzynce, steige, steigen, krat, cagette"
    ),
    "XPU": (
        "tray, trays, plaque, plaques, plateau, plateaux, barquette, barquettes, tablett, bandeja, "
        "bandejas, лоток, лотка, лотке, кассета, кассеты, кассету, кассете, vassoio, vassoi, "
        "taca, tacka"
    ),
    "XBE": "bundle, bundles, bund, bd, bündel, связка, вязанка, botte, fardo, wiązka, в'язка",
}
_SUPERSCRIPTS = str.maketrans("²³", "23")
_ARTICLE = re.compile(r"^(?:le |la |l[’']|das |der |die |il |lo |el |the )")
_SEPARATORS = re.compile(r"[\s.]+")


def _key(text: str) -> str:
    return _SEPARATORS.sub(" ", text.translate(_SUPERSCRIPTS).casefold()).strip()


# A code of the recommendation itself names its unit, too; `ST` is read as a word.
_CODES = {code.casefold(): code for code in _CODE_WORDS} | {
    _key(word): code for code, words in _CODE_WORDS.items() for word in words.split(",")
}


@lru_cache(maxsize=4096)
def parse_unit(cell: str) -> str | None:
    """Return the code of the unit that a whole cell names, None if it is unknown."""
    key = _key(cell)
    return _CODES.get(key) or _CODES.get(_ARTICLE.sub("", key))


def unit_words() -> dict[str, str]:
    """Return the known words for units, in lower case without periods, with their codes."""
    return dict(_CODES)
