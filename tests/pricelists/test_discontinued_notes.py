"""Articles that a remark or a marked part of their name calls no longer available."""

import pytest

from pricelists.price_lists import ReadResult, csv_text, read_price_list


def codes(result: ReadResult) -> list[str]:
    return [item.supplier_sku for item in result.items]


def with_name(name: str) -> ReadResult:
    return read_price_list(csv_text("A1;Lamp;12.50", f"A2;{name};13.70", "A3;Plug;9.90"))


def with_note(header: str, note: str) -> ReadResult:
    lines = ("A1;Lamp;12.50;", f'A2;Cable;13.70;"{note}"', "A3;Plug;9.90;new")
    return read_price_list(csv_text(*lines, header=f"sku;name;price;{header}"))


@pytest.mark.parametrize(
    "name",
    [
        *("Collier nylon SUPPRIMÉ", "Collier nylon SUPPRIME", "Collier (supprimé)"),
        *("Houten bak 80 cm – VERVALLEN",),
        *("SUPPRIMÉ - Collier nylon", "COLLIER NYLON SUPPRIMÉ", "Collier – plus fabriqué"),
        *("Pinza - Fuori produzione", "PINZA FUORI PRODUZIONE", "Pinza [fuori catalogo]"),
        *("Zange (entfällt)", "Zange – nicht mehr lieferbar", "ENTFÄLLT: Zange"),
        *("Pliers - discontinued", "Pliers DISCONTINUED", "*** DISCONTINUED *** Pliers"),
        *("Work light 500 W **DISC**", "***Obs*** Work light"),
        *("Pliers (discontinued, replaced by A9)", "Pliers - discontinued 01/2026"),
        *("Плоскогубцы (снят с производства)", "Плоскогубцы СНЯТ С ПРОИЗВОДСТВА"),
        *("Плоскогубці – знято з виробництва", "Alicate (descatalogado)", "Klucz - wycofany"),
        *("Tang (uit productie)", "Kleště - výroba ukončena", "Tång (utgått)"),
    ],
)
def test_marked_part_of_a_name_rejects_the_row(name: str) -> None:
    result = with_name(name)
    (row,) = result.rejected
    assert codes(result) == ["A1", "A3"]
    assert (row.error_type, row.supplier_sku) == ("discontinued", None)
    assert "name" in row.error_message


@pytest.mark.parametrize(
    "name",
    [
        *("Spare part for discontinued lamps", "RICAMBIO PER PINZA FUORI PRODUZIONE"),
        *("Zange (Auslauf)", "Zange - Auslaufartikel", "Pince – fin de série"),
        *("Pliers - discontinued, while stocks last", "Pinza (fuori produzione, ad esaurimento)"),
        *("Resistor EOL 4k7", "Obsolete-look lamp", "Pince à supprimer", "Lamp (deleted scenes)"),
        *("Brake disc **", "Grinding DISC", "Saw *disc*"),
        *("Taste DELETE", "Motor (eingestellt)", "Tisch (gestrichen)"),
    ],
)
def test_other_names_are_read(name: str) -> None:
    assert codes(with_name(name)) == ["A1", "A2", "A3"]


@pytest.mark.parametrize(
    ("header", "note"),
    [
        *(("Note", "Fuori produzione"), ("Annotazioni", "Fuori produzione, sostituito da A9")),
        *(("Bemerkung", "Artikel entfällt zum 31.12.2026"), ("Hinweis", "Entfällt.")),
        *(("Bemerkung", "wird nicht mehr geliefert"), ("Info", "Nicht mehr lieferbar, siehe A9")),
        *(("Remarque", "Supprimé du tarif - remplacé par A9"), ("Skladem", "ukončeno")),
        *(("Huom.", "poistunut, ei korvaavaa"), ("Bem.", "udgået")),
        *(("Observations", "Supprimé, remplacé par A9"), ("Remarques", "Article supprimé")),
        *(("Remark", "discontinued, replaced by A9"), ("Notes", "Item is discontinued")),
        *(("Comment", "No longer available since 2026"), ("Status", "Discontinued 01/2026")),
        *(("Примечание", "снят с производства с 2026"), ("Комментарий", "Снят с производства!")),
        *(
            ("Примітка", "знято з виробництва, заміна A9"),
            ("Uwagi", "wycofany z produkcji od 2026"),
        ),
        *(("Observaciones", "descatalogado desde 2026"), ("Opmerking", "uit productie")),
        *(("Poznámka", "výroba ukončena"), ("Anmärkning", "utgått, ersätts av A9")),
        *(("Observações", "descontinuado"), ("Observații", "scos din producție")),
        *(("Remark", "replaced by A9"), ("Bemerkung", "wird ersetzt durch 4711-X")),
        *(("Remarques", "Remplacé par A9"), ("Huom.", "korvattu osalla 7015657")),
        *(("Примечание", "заменен на A9"), ("Note", "sostituito da A9")),
        *(("", "discontinued, see A9"),),
    ],
)
def test_note_that_the_article_is_no_longer_available(header: str, note: str) -> None:
    result = with_note(header, note)
    (row,) = result.rejected
    assert codes(result) == ["A1", "A3"]
    assert row.error_type == "discontinued"
    assert header in row.error_message


@pytest.mark.parametrize(
    ("header", "note"),
    [
        *(("Remark", "replaces discontinued A9"), ("Info", "Ersatz für A9, nicht mehr neu")),
        *(("Remark", "discontinued - while stocks last"), ("Bemerkung", "Auslauf")),
        *(("Bemerkung", "Auslauf, solange Vorrat reicht"), ("Status", "Auslaufartikel")),
        *(("Remarques", "fin de série"), ("Note", "fino ad esaurimento scorte")),
        *(("Примечание", "распродажа остатков"), ("Uwagi", "do wyczerpania zapasów")),
        *(("Bemerkung", "Mindermengenzuschlag entfällt"), ("Note", "Removed from the box by hand")),
        *(("Remark", "discontinued colours on request"), ("Colour", "discontinued, see A9")),
        *(("Observaciones", "hasta agotar existencias"), ("Auslauf", "x")),
        *(("Remark", "replaced by hand"), ("Remark", "replaces A9"), ("Bemerkung", "ersetzt A9")),
    ],
)
def test_other_notes_are_read(header: str, note: str) -> None:
    assert codes(with_note(header, note)) == ["A1", "A2", "A3"]
