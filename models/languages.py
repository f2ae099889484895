"""The languages that speech is read in: what of a text's words is bound to one language.

A `Language` says how written words are folded before they are compared, and how its numbers are
read. What rules need beyond that (negation, quotation, slots) stands by the same code in
`qa_rules.guard_words`. Accents are folded in every language.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from models import numbers_es
from models.numbers import NUMBER_WORDS, Number, numbers
from models.spelling import CONTRACTIONS, CURRENCY_SIGNS, FILLERS, PAIRS, SPELLINGS
from models.token import Token

_HESITATIONS_ES = "eh ehm em emm mm mmm hm hmm mhm ah ahh uh um"


@dataclass(frozen=True)
class Language:
    """One language's tables; `comma` says that a comma stands before decimals ("49,90")."""

    code: str
    fillers: frozenset[str] = field(repr=False)
    contractions: Mapping[str, tuple[str, ...]] = field(repr=False)
    spellings: Mapping[str, str] = field(repr=False)
    pairs: Mapping[tuple[str, str], str] = field(repr=False)
    currency_signs: Mapping[str, str] = field(repr=False)
    number_words: frozenset[str] = field(repr=False)
    numbers: Callable[[Sequence[Token]], tuple[Number, ...]] = field(repr=False)
    comma: bool = False


ENGLISH = Language(
    code="en",
    fillers=FILLERS,
    contractions=CONTRACTIONS,
    spellings=SPELLINGS,
    pairs=PAIRS,
    currency_signs=CURRENCY_SIGNS,
    number_words=NUMBER_WORDS,
    numbers=numbers,
)
SPANISH = Language(
    code="es",
    fillers=frozenset(_HESITATIONS_ES.split()),
    contractions={
        "pal": ("para", "el"),
        "pa": ("para",),
        "porfa": ("por", "favor"),
        "porfavor": ("por", "favor"),
        "osea": ("o", "sea"),
        "sr": ("senor",),
        "sra": ("senora",),
        "srta": ("senorita",),
        "ud": ("usted",),
        "uds": ("ustedes",),
    },
    spellings={
        "ok": "okay",
        "okey": "okay",
        "oka": "okay",
        "mail": "email",
        "mails": "emails",
        "setiembre": "septiembre",
        "guasap": "whatsapp",
        "wasap": "whatsapp",
        "reembolzo": "reembolso",
        "haiga": "haya",
        # Words that sound alike, of which recognisers write the one for the other.
        "ha": "a",
        "halla": "haya",
        "valla": "vaya",
        "echo": "hecho",
        "ola": "hola",
        "tubo": "tuvo",
        "gravar": "grabar",
        "gravada": "grabada",
        "gravado": "grabado",
        "gravando": "grabando",
    },
    pairs={
        ("e", "mail"): "email",
        ("correo", "electronico"): "email",
        ("wi", "fi"): "wifi",
        ("medio", "dia"): "mediodia",
        ("de", "el"): "del",
    },
    currency_signs={"$": "dolares", "£": "libras", "€": "euros"},
    number_words=numbers_es.NUMBER_WORDS,
    numbers=numbers_es.numbers,
    comma=True,
)
LANGUAGES = {one.code: one for one in (ENGLISH, SPANISH)}
"""The languages that there are tables for, by their code."""
