"""What of a text is bound to its language."""

from models.languages import ENGLISH, LANGUAGES, SPANISH
from models.text import tokens


def words(text, language):
    return [t.text for t in tokens(text, language=language)]


def test_languages_are_found_by_their_code():
    assert {"en": ENGLISH, "es": SPANISH} == LANGUAGES


def test_accents_are_folded_and_hesitations_dropped():
    assert words("Eh, ¿en qué le puedo ayudar, señora?", SPANISH) == [
        "en", "que", "le", "puedo", "ayudar", "senora",
    ]  # fmt: skip


def test_spanish_words_are_not_opened_as_english_ones():
    assert words("cant its", SPANISH) == ["cant", "its"]
    assert words("cant its", ENGLISH) == ["can", "not", "it", "is"]


def test_a_comma_stands_before_spanish_decimals():
    assert words("49,90 €", SPANISH) == ["49.90", "euros"]
    assert words("1.234 euros", SPANISH) == ["1234", "euros"]
    assert words("1,234.50", ENGLISH) == ["1234.50"]
    assert words("uno, dos", SPANISH) == ["uno", "dos"]
