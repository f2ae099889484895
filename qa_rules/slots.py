"""What a slot of a pattern takes: a shape over normalised words, and a check of what it took.

Shapes are regular expressions over words that each end in a blank.
"""

import re
from collections.abc import Sequence

from models.languages import ENGLISH, Language
from models.numbers import NUMBER_WORDS, ORDINAL_WORDS
from models.text import Token
from qa_rules import slots_es
from qa_rules.pattern import Slot

_N = rf"(?:(?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))}|\d[\d.]*(?:st|nd|rd|th)?) )"
_A = r"(?:a (?=hundred |thousand |million ))?"
_NUMBER = rf"(?:{_A}{_N}(?:(?:and |point |oh )?{_N}){{0,15}})"
_ORDINAL = "|".join(sorted(ORDINAL_WORDS))
_MASK = r"(?:\[\S+\] )"
_MONEY = r"(?:dollars?|bucks|pounds?|quid|euros?|cents?|pence|p) "
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day "
_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december) "
)
_NOT_MAY_I = r"(?!may (?:i|we|you) )"
_PART_OF_DAY = r"(?:morning|afternoon|evening|night) "
_UNIT = r"(?:minutes?|hours?|days?|weeks?|months?|years?) "
_SPAN = rf"(?:{_NUMBER}(?:(?:to |or ){_NUMBER})?|an? |a few |a couple of )"
_KIND_OF_DAY = r"(?:working |business )?"
_BEFORE_DAY = "|".join(rf"(?<=\b{word} )" for word in ("on", "until", "till", "by"))
_RANK = r"(?:first|second|third) (?!of )"
"""What "on" and "by" stand before without a date: "on second thoughts"."""
_DATE = "|".join(
    (
        rf"(?:(?:this |next |coming ){{0,2}}{_DAY}(?:{_PART_OF_DAY})?(?:the {_N}{{1,2}})?)",
        rf"(?:(?:the )?day after tomorrow |(?:today |tonight |tomorrow )(?:{_PART_OF_DAY})?)",
        rf"(?:(?:the )?{_N}{{1,2}}(?:of {_MONTH}|{_NOT_MAY_I}{_MONTH})(?:{_NUMBER})?)",
        rf"(?:{_MONTH}(?:the )?{_N}{{1,2}}(?:{_NUMBER})?)",
        rf"(?:(?:with)?in |up to |after )(?:the )?(?:next )?{_SPAN}{_KIND_OF_DAY}{_UNIT}",
        rf"(?:{_SPAN}(?:working |business ){_UNIT})",
        r"(?:(?:the )?end of (?:the |this |next )?(?:day |week |month |year ))",
        r"(?:(?:this |next )(?:week |month |year |morning |afternoon |evening ))",
        rf"(?:the (?:(?:twenty|thirty) )?(?:\d+(?:st|nd|rd|th)|{_ORDINAL}) )",
        rf"(?:(?:{_BEFORE_DAY})(?!{_RANK})(?:(?:twenty|thirty) )?"
        rf"(?:\d+(?:st|nd|rd|th)|{_ORDINAL}) )",
    )
)
_TIME = "|".join(
    (
        rf"(?:(?:half |quarter |{_N}{{1,2}})(?:past |to ){_N})",
        r"(?:noon |midday |midnight )",
        rf"(?:{_N}{{1,3}}(?:am |pm |a m |p m |oclock |in the {_PART_OF_DAY}|at night )?)",
    )
)
_NOT_NAMES = (
    "the a an and or but so to of for from with at in on by is are was be am it this that these "
    "those you your me my i we us our he she they them his her not no yes please what who how when "
    "where why can could would should will do does did have has had okay right just calling call "
    "going here there sorry thanks thank well back today now speaking about if as then all very "
    "really again also up out into over help happy afraid still checking looking"
)
_NOT_PEOPLE = (
    "ridiculous unacceptable unbelievable outrageous disgusting appalling disgraceful terrible "
    "awful horrible shocking annoying frustrating confusing upsetting disappointing rubbish "
    "nonsense furious angry upset annoyed fed livid frustrated confused disappointed worried "
    "tired sick sad glad pleased great good bad fine better worse wrong right broken urgent "
    "important difficult new old first last next only one another more less free ready able "
    "unable getting having trying waiting looking wondering ringing phoning regarding "
    "concerning asking telling saying absolutely completely totally really quite pretty "
    "something nothing everything someone yours mine ours theirs customer service support sales "
    "billing home work online today tomorrow"
)
_STOP = rf"(?!(?:{'|'.join(_NOT_NAMES.split())}) )"
_NO_PERSON = rf"(?!(?:{'|'.join((_NOT_NAMES + ' ' + _NOT_PEOPLE).split())}) )"
_BEFORE_NAMES = "is am mr mrs miss ms mx doctor dr to with for from hi hello hey thanks"
_NAMING = "|".join(rf"(?<=\b{word} )" for word in _BEFORE_NAMES.split())
_NO_NAME_BEFORE = (
    "be|not|have|do|need|take|help|get|give|go|come|call|stay|always|never|also|only|just|"
    "the|my|your|our|his|her|their|these|those|one|a|an|any|anyone|anybody|someone|somebody"
)
_AFTER_NAMES = "has|had|is|was|should|would|could|did|does|said|says|told|asked|promised"
_PRONOUN = "i|you|it|we|they|he|she|that|this|there"
_NAME_OR_VERB = (
    rf"(?:(?=(?:will|can) )(?:{_NAMING})\S+ (?!(?:{_NO_NAME_BEFORE}) )"
    rf"(?!(?:{_PRONOUN}) (?!(?:am|are|is|was|were|would|could|had) ))"
    rf"|(?:will|can) (?=(?:{_AFTER_NAMES}) ))"
)
"""A name that is a verb as well ("this is Will from Northgate"), where only a name can stand."""
_SHAPES = {
    "number": rf"(?:{_NUMBER}|{_MASK})",
    "digits": rf"(?:{_NUMBER}|{_MASK})+",
    "amount": rf"(?:{_NUMBER}(?:{_MONEY}(?:(?:and )?{_NUMBER}(?:cents? |pence |p )?)?)?)",
    "date": rf"(?:{_DATE})",
    "time": rf"(?:{_TIME})",
    "name": rf"(?:{_NO_PERSON}[^\W\d_]+ |{_NAME_OR_VERB}){{1,3}}?",
    "word": r"(?:\S+ )",
    "ref": rf"(?:(?:[a-z] |{_N}|oh |[a-z]*\d[a-z\d]* |{_MASK}){{1,16}})",
}
PLACE_SHAPE = rf"(?:{_STOP}\S+ |{_NAME_OR_VERB})(?:\S+ ){{0,2}}?"
_THINGS = (
    "am pm oclock percent minute minutes hour hours day days week weeks month months year years "
    "working business people person times time items item of more thing things second seconds "
    "question questions moment call calls"
)
_COUNTED = frozenset(_THINGS.split())
LONGEST_PRICE = 5
"""Figures of a number that may be a price without a currency; longer ones are numbers of things."""

_PARTICLES = (
    "da das de dela del della den der di do dos du el al abu bin bint ibn la las le los san st "
    "ten ter van vd von y zu"
)
PARTICLES = frozenset(_PARTICLES.split())
"""Small words of family names, written without a capital: "dos Santos", "van der Berg"."""

MASKED_FIGURES = {
    "[card_number]": 19,
    "[account_number]": 34,
    "[national_id]": 12,
    "[one-time_code]": 8,
    "[pin]": 6,
    "[expiry_date]": 6,
    "[security_code]": 4,
}
"""The most figures that a mask of the redactor stands for."""
OTHER_FIGURES = 5
"""The same of a mask not listed, as of "[number]" in words still being said."""

_FIGURE = re.compile(r"\d")


def shape(slot: Slot, code: str = ENGLISH.code) -> str:
    """Return a slot's regular expression in a language, without a group."""
    return (slots_es.SHAPES if code == "es" else _SHAPES)[slot.name]


def place_shape(code: str = ENGLISH.code) -> str:
    """Return the regular expression of what a call's facts name."""
    return slots_es.PLACE_SHAPE if code == "es" else PLACE_SHAPE


def accepts(slot: Slot, taken: Sequence[Token], after: str, language: Language = ENGLISH) -> bool:
    """Return whether the words that a shape took are really of its kind.

    `after` is the word that follows them, empty at the end.
    """
    masks = [t.text for t in taken if t.text[0] == "["]
    if slot.name == "digits":
        hidden = sum(MASKED_FIGURES.get(mask, OTHER_FIGURES) for mask in masks)
        return hidden + sum(len(n.digits) for n in language.numbers(taken)) >= slot.least
    if masks:
        return True
    if slot.name == "amount":
        return _is_amount(taken, after, language)
    if slot.name == "ref":
        return _is_reference(taken, slot.least, language)
    return True


def _is_amount(taken: Sequence[Token], after: str, language: Language) -> bool:
    """Tell a price from any number: money is named, or it is said like 49 90, or 60 of no thing."""
    found = language.numbers(taken)
    if not found or found[-1].last < len(taken) - 1:
        return False
    number = found[-1]
    if number.kind == "money":
        return True
    if number.kind == "ordinal" or after in _COUNTED or after in slots_es.COUNTED:
        return False
    if number.kind == "decimal":
        return len(number.value.split(".")[1]) == 2
    if number.kind == "cardinal":
        return 2 <= len(number.digits) <= LONGEST_PRICE
    return len(number.parts) in (2, 3) and len(number.parts[-1]) == 2 and len(number.digits) <= 6


def _is_reference(taken: Sequence[Token], least: int, language: Language) -> bool:
    figures = sum(len(n.digits) for n in language.numbers(taken))
    letters = sum(1 for t in taken if len(t.text) == 1 and t.text.isalpha())
    mixed = sum(len(t.text) for t in taken if len(t.text) > 1 and _FIGURE.search(t.text))
    enough = figures + letters >= max(2, least) or mixed >= max(2, least)
    return enough and (figures > 0 or mixed > 0 or letters >= 3)
