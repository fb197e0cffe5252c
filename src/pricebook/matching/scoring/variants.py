"""Words for variants of an article: colours, materials, editions, sides, sizes."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

from pricebook.matching.scoring.notation import STOP_WORDS

COLOUR, MARK, SIZE, SHAPE = "colour", "mark", "size", "shape"
HALF_ROUND = "half-round"
# Kinds of variants, each with its variants, each with its words in folded form. A word that ends
# with `*` is the beginning of words.
_KINDS: Mapping[str, Mapping[str, str]] = {
    COLOUR: {
        "black": "black blk schwarz* noir noire negro negra nero nera chern* czarn* zwart preto "
        "svart",
        "white": "white wht weiss* blanc blanche blanco blanca bianco bianca bel* bialy biala "
        "biale wit branco vit",
        "grey": "grey gray gry grau* gris grigio grigia ser* szary szara szare grijs cinza gra",
        "silver": "silver slv silber* argent plata argento serebr* srebr* zilver",
        "red": "red rot rote roter rotes rouge rojo roja rosso rossa krasn* czerwon* rood "
        "vermelho rod",
        "blue": "blue blau* bleu bleue azul blu sin* golub* niebiesk* blauw",
        "green": "green grun gruen* vert verte verde zelen* zielon* groen",
        "yellow": "yellow gelb* jaune amarillo amarilla giallo gialla zhelt* zolt* geel "
        "amarelo gul",
        "cyan": "cyan cian ciano tsian* cyjan* golubaya",
        "magenta": "magenta purpurn*",
        "turquoise": "turquoise turkis* turquesa turchese biryuz* turkus*",
        "burgundy": "burgundy bordeaux burdeos bordo bordov* bordow* weinrot*",
        "cream": "ecru ivory elfenbein* ivoire marfil avorio",
        "bronze": "bronze bronce bronzo bronz* braz",
        "chrome": "chrome chrom verchromt* cromado cromato hrom* chromow*",
        "anthracite": "anthracite anthrazit* antracita antracite antracit* antracyt*",
        "orange": "orange orangef* naranja arancione oranzh* pomaranczow* oranje laranja",
        "brown": "brown braun* marron marrone korichnev* brazow* bruin marrom",
        "pink": "pink rosa rose rozov* rozow* roze",
        "purple": "purple violet lila violett* morado viola fiolet* fioletow* paars roxo",
        "beige": "beige bezhev* bezow*",
        "gold": "gold golden or dorado oro zolot* zlot* goud dourado",
        "transparent": "transparent clear klar prozrachn* przezroczyst* transparente",
    },
    "material": {
        "stainless": "stainless edelstahl* inox inoxydable nerzh* nerzhav* nierdzewn* rvs "
        "inoxidable",
        "galvanised": "zinc zn galvanised galvanized galv gal vz verz verzinkt* zingue zincato "
        "ocink* cink* ocynk*",
        "brass": "brass messing laiton laton ottone latun* mosiadz* mosiezn*",
        "plastic": "plastic kunststoff* plastique plastico plastica plastik* plastmass*",
        "wood": "wood wooden holz* bois madera legno derev* drewn* hout",
        "aluminium": "aluminium aluminum alu aluminio alluminio alyumin* aluminiow*",
        "copper": "copper kupfer* cuivre cobre rame medn* miedz* koper",
        "rubber": "rubber gummi* caoutchouc goma gomma rezin* gumow*",
        "leather": "leather leder* cuir cuero pelle kozh* skorzan* leer",
        "cotton": "cotton baumwoll* coton algodon cotone hlopk* bawelnian*",
        "nylon": "nylon neilon* nailon*",
        "glass": "glass glas verre vidrio vetro steklyan* steklo szklan*",
        "hickory": "hickory hickorystiel gikori",
        "ash": "ash esche eschenstiel yasen*",
        "fibreglass": "fiberglass fibreglass fiberglasstiel fiberglas fiberglass fiberglasov*",
    },
    "edition": {
        "professional": "professional pro prof profi",
        "home": "home",
        "premium": "premium",
        "standard": "standard std",
        "deluxe": "deluxe dlx",
        "basic": "basic basis base",
        "lite": "lite light",
        "plus": "plus",
        "mini": "mini",
        "maxi": "maxi",
        "ultimate": "ultimate",
        "enterprise": "enterprise",
        "advanced": "advanced extended",
        "elements": "elements express essentials starter",
        "comfort": "comfort komfort",
    },
    "system": {
        "mac": "mac macintosh osx",
        "windows": "win windows pc",
        "linux": "linux unix",
    },
    "position": {
        "front": "front vorn* vorder* avant delanter* anteriore anteriori peredn* pered przedni "
        "przednia przednie przod",
        "rear": "rear hinten hinter* arriere trasero trasera posteriore posteriori zadn* zad "
        "tylny tylna tylne tyl",
        "upper": "upper oben oberer obere superieur* verhn* gorny gorna gorne",
        "lower": "lower unten unterer untere inferieur* nizhn* dolny dolna dolne",
    },
    "place": {
        "inner": "inner internal interior indoor innen interieur* interno interna vnutr* wewn*",
        "outer": "outer external exterior outdoor aussen exterieur* esterno esterna "
        "naruzh* vneshn* zewn*",
    },
    "side": {
        "left": "left links linke linker linkes gauche izquierda sinistra lev* lewy lewa lewe",
        "right": "right rechts rechte rechter rechtes droite derecha destra prav* prawy prawa "
        "prawe",
    },
    "gender": {
        "male": "male mannlich* macho papa shtyr* meski",
        "female": "female weiblich* buchse* hembra mama gnezd* zenski",
        "women": "women womens ladies damen* femme mujer donna zhensk* damsk*",
        "men": "men mens herren* homme hombre uomo muzhsk* mesk*",
        "children": "kids children junior kinder* enfant* nino bambin* detsk* dzieciec*",
    },
    SIZE: {
        "small": "small klein kleine petit petite pequeno piccolo malenk* maly mala",
        "medium": "medium mittel moyen mediano medio sredn* sredni",
        "large": "large gross grosser grosses groot grand grande bolsh* duzy duza",
        "xxs": "xxs 2xs",
        "xs": "xs",
        "xl": "xl",
        "xxl": "xxl 2xl",
        "xxxl": "xxxl 3xl",
        "4xl": "xxxxl 4xl",
        "5xl": "xxxxxl 5xl",
    },
    "head": {
        "countersunk": "countersunk csk senkkopf* potain* wpuszczan* fraisee avellanada",
        "pan": "pan panhead linsenkopf* flachkopf* polukrug* polukrugl* bombee",
        "hexagon": "hex hexagon sechskant* shestigrann* szesciokatn* hexagonale",
        "cylinder": "zylinderkopf* cheese cilindrichesk* walcow*",
    },
    SHAPE: {
        HALF_ROUND: "halfround halbrund* semicircular* halbkreis* semicirculaire polokragl*",
        "round": "round rund* rundfeil* rundstahl* rundstab* rundrohr* rond ronde redondo redonda "
        "tondo tonda rotondo rotonda okragl* krugl*",
        "square": "square vierkant* quadratisch* carre carree cuadrado cuadrada quadrato quadrata "
        "kwadratow* kvadratn*",
        "triangular": "triangular dreikant* dreieckig* triangulaire triangolare trojkatn* "
        "trehgrann* treugoln*",
        "flat": "flat flach flache flacher flaches flachfeil* flachstahl* piatto piatta plaski "
        "plaska plaskie ploskii ploskaya ploskoe",
        "oval": "oval ovale ovaler ovales ovaln* owaln*",
    },
    "drive": {
        "torx": "torx tx star",
        "pozidriv": "pozidriv pz",
        "phillips": "phillips ph krestov*",
        "slotted": "slotted slot schlitz* shlic* fendue",
    },
}
# Variants of their own price or kind: an article without the mark is another one.
_MARKS: Mapping[str, str] = {
    "upgrade": "upgrade upgrades upgrd upgr upgrad upg upsell update",
    "academic": "academic edu educational student students schulversion studenten",
    "refurbished": "refurbished refurb renewed reconditioned used gebraucht generaluberholt "
    "uzyw* vosstanovlen* b-u reconditionne occasion",
    "oem": "oem bulk",
    "without": "without ohne sans sin senza bez w/o zonder sem bare",
    "replacement": "replacement spare ersatz* rechange repuesto ricambio zapasn* smenn* zamienn*",
    "accessory": "case cover sleeve tasche hulle huelle schutzhulle chehol* housse "
    "funda custodia etui "
    "adapter adaptor charger ladegerat* zaryadn*",
    "demo": "demo vorfuhr* trial",
    "set": "bundle bundel kombi combo",
}
_WORD = re.compile(r"(?<![a-z0-9])[a-z0-9]+(?:[-/][a-z])?(?![a-z0-9]|-\d)")
_SIZE_LETTER = re.compile(
    r"(?:(?<![a-z])(?:size|gr|groesse|grosse|taille|talla|taglia|razmer|rozmiar)[.:\s]\s*|,\s*)"
    r"(s|m|l)(?=$|[,;)\s])"
)
# `PH2`, `PZ 2`, `TX20`: a drive with its size.
_DRIVE = re.compile(r"(?<![a-z0-9])(ph|pz|tx)(?=-?\d{1,2}(?![a-z0-9]))")
SIZE_WORDS = {"s": "small", "m": "medium", "l": "large"}
# Words in front of a letter or a number with a letter that names a variant: `type AC`, `cat. 6a`.
_CATEGORY = "category"
_DESIGNATORS: Mapping[str, str] = {
    "type": "type typ tipo tip",
    "class": "class klasse classe clase klasa klass kl cl grade",
    _CATEGORY: "category kategorie categorie categoria kategoria cat kat",
    "curve": "curve kurve courbe curva krivaya charakteristik harakteristika char",
    "form": "form forme forma",
}
_KIND_OF = {word: kind for kind, words in _DESIGNATORS.items() for word in words.split()}
_DESIGNATED = re.compile(
    rf"(?<![a-z0-9])({'|'.join(_KIND_OF)})(?:(?:\.|[ -])+([a-z]{{1,2}}|ii?ir?|\d{{1,2}}[a-z])"
    r"|[ .-]?(\d[a-z]?))(?![a-z0-9]|[.,]\d)"
)
# `half-round`, `demi-rond`, `полукруглый`: one shape in two words or two parts. Of screws with such
# heads, `полукруглая головка` is the shape of the head.
_HALF_ROUND = re.compile(
    r"(?<![a-z])(?:(?:half|semi)[ -]?round|demi[ -]?ronde?s?|media[ -](?:cana|redonda)"
    r"|medio[ -]redondo|mezz[oa][ -]?tond[oa]|polukrugl\w+(?! golov))(?![a-z])"
)
# `chrome vanadium` is a steel, `Blu-ray` a disc; glass shelves are a part, and a front loader is no
# front part. A square foot has no shape, nor has a flat screen.
_NO_VARIANTS = re.compile(
    r"chrome?[ -]vanad\w+|blu[ -]?rays?(?![a-z])|red[ -]eyes?(?![a-z])"
    r"|glass[ -](?:shel(?:f|ves|ving)|doors?|lids?|tops?|trays?|drawers?|bowls?)(?![a-z])"
    r"|front[ -]?load(?:s|ing|ers?)?(?![a-z])"
    r"|(?:all|year)[ -]?round|square[ -](?:feet|foot|ft|met\w+|inch\w*|yards?)(?![a-z])"
    r"|flat[ -](?:panel|screen|pack)s?(?![a-z])"
)


def _tables(words: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, tuple[str, str]], ...]:
    whole, stems = dict[str, tuple[str, str]](), dict[str, tuple[str, str]]()
    for kind, variants in words.items():
        for variant, forms in variants.items():
            for form in forms.split():
                table = stems if form.endswith("*") else whole
                table[form.rstrip("*")] = (kind, variant)
    return whole, stems


_WHOLE, _STEMS = _tables({**_KINDS, MARK: _MARKS})
_SHORTEST, _LONGEST = min(map(len, _STEMS)), max(map(len, _STEMS))
_MAX_ENDING = 9
# After a beginning of three or four letters: `белый`, `синяя`, but not `белка`.
_ENDINGS = frozenset(
    ["ii", "ie", "oi", "aya", "yaya", "oe", "ee", "ogo", "ego", "ih", "im", "uyu", "yuyu", "imi"]
)
_GERMAN_ENDINGS = frozenset(["", "e", "er", "es", "en", "em"])
_SHORT_STEM = 4


@lru_cache(maxsize=1 << 16)
def variant_of(word: str) -> tuple[str, str] | None:
    """Return the kind and the variant that a folded word names: `schwarzer` is colour, black."""
    if found := _WHOLE.get(word):
        return found
    for length in range(min(len(word), _LONGEST), _SHORTEST - 1, -1):
        found = _STEMS.get(word[:length])
        if found and _is_ending(word[length:], length):
            return found
    return None


def _is_ending(ending: str, stem_length: int) -> bool:
    if stem_length > _SHORT_STEM:
        return len(ending) <= _MAX_ENDING
    return ending in _ENDINGS or (stem_length == _SHORT_STEM and ending in _GERMAN_ENDINGS)


def find_variants(text: str) -> frozenset[tuple[str, str]]:
    """Return the kinds and variants that a folded text names."""
    named = _HALF_ROUND.sub(" halfround ", _NO_VARIANTS.sub(" ", text))
    found = {variant for word in _WORD.findall(named) if (variant := variant_of(word))}
    found.update(_WHOLE[drive] for drive in _DRIVE.findall(text))
    found.update((SIZE, SIZE_WORDS[letter]) for letter in _SIZE_LETTER.findall(text))
    found.update(
        (_KIND_OF[word], name or grade)
        for word, name, grade in _DESIGNATED.findall(text)
        if (name and name not in STOP_WORDS) or (grade and _KIND_OF[word] == _CATEGORY)
    )
    return frozenset(found)


def conflicting_kinds(
    first: Collection[tuple[str, str]], second: Collection[tuple[str, str]]
) -> list[tuple[str, str, str]]:
    """Return the kinds of which two texts name different variants only, and one of each."""
    if not first or not second:
        return []
    variants, others = _by_kind(first), _by_kind(second)
    return [
        (kind, min(variants[kind]), min(others[kind]))
        for kind in sorted(variants.keys() & others.keys() - {MARK})
        if not variants[kind] & others[kind]
    ]


def unshared_marks(
    item: Collection[tuple[str, str]],
    name: Collection[tuple[str, str]],
    product: Collection[tuple[str, str]],
) -> list[str]:
    """Return the marks that one text has and the other has not: upgrade, refurbished, without.

    What only linked items of a product say is a mark of an item that has it too, but missing in
    none: they may say in another way what both names have.
    """
    different = {*item} - {*product} | {*name} - {*item}
    return sorted(variant for kind, variant in different if kind == MARK)


def _by_kind(variants: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    kinds = dict[str, set[str]]()
    for kind, variant in variants:
        kinds.setdefault(kind, set()).add(variant)
    return kinds
