"""The words of the product: whole in every language of the catalogues, and found there by every page."""

from __future__ import annotations

import re
from collections import Counter
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from delmaal.languages import CATALOGUES, Words, direction, fallback, lookup, name_of, own_name, spoken, told_in
from delmaal.languages.catalogues import FOLDER, SOURCE
from delmaal.languages.extraction import extract
from delmaal.languages.messages import TEMPLATE, extracted, renewed, template

TRANSLATED = [tag for tag in CATALOGUES if tag != SOURCE]
_PLACE = re.compile(r"\{[^{}]*\}")
COUNT = Words("count", {"theme": ("theme", "themes"), "no-such": ("word", "words")})


@pytest.fixture(scope="session")
def found() -> Catalog:
    """What the code says."""
    return extracted()


def read(tag: str) -> Catalog:
    """A catalogue."""
    return read_po(BytesIO((FOLDER / f"{tag}.po").read_bytes()), locale=tag)


def texts(words: object) -> list[str]:
    """The forms of a message's English or translation."""
    return [words] if isinstance(words, str) else [str(each) for each in words]  # type: ignore[attr-defined]


def places(text: str) -> Counter[str]:
    """The placeholders of a text."""
    return Counter(_PLACE.findall(text))


def test_the_product_speaks_these() -> None:
    assert set(CATALOGUES) >= {"nb", "nn", "en"}


def test_what_is_to_be_translated_is_up_to_date(found: Catalog) -> None:
    assert TEMPLATE.read_bytes() == template(found), "run make messages"


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_is_up_to_date(tag: str, found: Catalog) -> None:
    assert (FOLDER / f"{tag}.po").read_bytes() == renewed(tag, found), "run make messages"


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_is_whole(tag: str) -> None:
    """Every message has its translation with the same placeholders, in as many forms as the language has plurals."""
    catalogue, wrong = read(tag), []
    for message in catalogue:
        if message.id and (trouble := trouble_of(message, catalogue.num_plurals)):
            wrong.append(f"{message.context}: {trouble}")
    assert not wrong


def trouble_of(message: Message, plurals: int) -> str:
    """What is wrong with a translation."""
    english, said = texts(message.id), texts(message.string)
    if message.fuzzy:
        return "fuzzy"
    if not all(each.strip() for each in said):
        return "not translated"
    if len(said) != (plurals if message.pluralizable else 1):
        return f"{len(said)} forms, {plurals} plurals"
    if any(places(each) != places(english[-1]) for each in said):
        return f"the placeholders are {sorted(places(english[-1]))}"
    if any((each[:1].isspace(), each[-1:].isspace()) != (english[0][:1].isspace(), english[0][-1:].isspace())
           for each in said):
        return "spaces at an end"
    return ""


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_sentence_is_not_the_english_one(tag: str) -> None:
    same = [message.context for message in read(tag)
            if message.id == message.string and len(texts(message.id)[0].split()) > 3]
    assert not same


@pytest.mark.parametrize("tag", CATALOGUES)
def test_a_key_is_had_once(tag: str) -> None:
    contexts = Counter(message.context for message in (read(tag) if tag != SOURCE else extracted()) if message.id)
    assert max(contexts.values()) == 1


@pytest.mark.parametrize(("source", "trouble"), [
    ('Words("x", {"a": "b", "a": "c"})', "no key of its own"),
    ('Words("x", {name: "b"})', "malformed"),
    ('Words("x", table)', "Words"),
    ('Words(name, {"a": "b"})', "Words"),
])
def test_a_table_that_cannot_be_extracted_is_refused(source: str, trouble: str) -> None:
    with pytest.raises(ValueError, match=trouble):
        list(extract(BytesIO(source.encode()), {}, (), {}))


def test_a_noun_stands_with_its_number() -> None:
    assert [COUNT.noun(count, "theme", "nb") for count in (0, 1, 2)] == ["temaer", "tema", "temaer"]
    assert [COUNT.noun(count, "theme", "en") for count in (0, 1, 2)] == ["themes", "theme", "themes"]


def test_what_has_no_translation_is_said_in_english() -> None:
    assert COUNT.noun(2, "no-such", "nb") == "words"


@pytest.mark.parametrize(("tag", "among", "wanted"), [
    ("nb-NO", ("nb", "en"), "nb"), ("no", ("nb", "en"), "nb"), ("nn", ("nb", "en"), "nb"), ("da", ("nb", "en"), "nb"),
    ("sv-SE", ("nb", "nn", "en"), "nb"), ("se", ("nn", "en"), "nn"), ("en-GB", ("nb", "en"), "en"),
    ("de", ("nb", "en"), "en"), ("de", ("nn",), "nn"), ("nb", ("sv", "en"), "sv"), ("zh-Hant-TW", ("zh-Hant", "zh"),
                                                                                  "zh-Hant"),
    ("zh-Hant-x-a", ("zh", "en"), "zh"), ("pt", ("pt-BR", "en"), "pt-BR"), ("ar", ("ar", "en"), "ar"),
])
def test_a_language_stands_in_for_another(tag: str, among: tuple[str, ...], wanted: str) -> None:
    assert fallback(tag, among) == wanted


def test_no_language_is_near() -> None:
    assert lookup("de", ("nb", "en")) == ""


def test_the_words_beside_a_language_without_a_catalogue_are_in_one_of_the_publication() -> None:
    assert [told_in(each) for each in spoken(("sv", "en"))] == ["en", "en"]
    assert [told_in(each) for each in spoken(("ar", "en"))] == ["en", "en"]
    assert [told_in(each) for each in spoken(("sv",))] == ["nb"]
    assert [(each, type(each)) for each in spoken(("nb", "en"))] == [("nb", str), ("en", str)]


def test_languages_have_names_and_a_direction() -> None:
    assert [name_of(tag, "nb") for tag in ("nb", "se", "en", "xx")] == ["bokmål", "nordsamisk", "engelsk", "xx"]
    assert [name_of(tag, "en") for tag in ("nb", "nn", "no", "ar")] == [
        "Norwegian Bokmål", "Norwegian Nynorsk", "Norwegian", "Arabic"]
    assert [own_name(tag, ("nb", "en")) for tag in ("nb", "en")] == ["Norsk", "English"]
    assert [own_name(tag, ("nn", "nb", "sv", "se", "ar")) for tag in ("nn", "nb", "sv", "se", "ar", "xx")] == [
        "Nynorsk", "Bokmål", "Svenska", "Davvisámegiella", "العربية", "xx"]
    assert [direction(tag) for tag in ("nb", "ar", "fa", "he", "az-Arab", "ar-Latn", "xx")] == [
        "ltr", "rtl", "rtl", "rtl", "rtl", "ltr", "ltr"]


BOKMAAL = re.compile(
    r"\b(ikke|fra|hva|hvor|hver|hvert|noen|flere|bare|også|ble|være|gjøre|tall|antall|navn|forrige|utgivelse\w*|spørring\w*|"
    r"lenke\w*|kilde\w*|regler|begrep\w*|egenskap\w*|verdier|mer|uten|kobl\w+|fjernet|endret|felles|enhet|vises|brukes|"
    r"finnes|eksemp\w+|utvalg\w*|samme|bærekraft\w*|tjener\w*|[a-zæøå]+heter)\b", re.IGNORECASE)
"""Words of bokmål that nynorsk has others for."""


def test_nynorsk_is_no_bokmaal() -> None:
    assert not [(message.context, form) for message in read("nn") if message.id
                for form in texts(message.string) if BOKMAAL.search(form)]
    assert BOKMAAL.search("Spørringen gir ingen rader")
