"""Card numbers said in every way people say them leave nothing of themselves behind."""

import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.types import Channel, Utterance, Word
from pipeline.identifiers import luhn
from pipeline.redact import Redactor

A, C = Channel.AGENT, Channel.CUSTOMER
UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TEENS = [f"{t}teen" for t in ("thir", "four", "fif", "six", "seven", "eigh", "nine")]
TEENS = ["ten", "eleven", "twelve", *TEENS]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
FILLERS = ["um", "uh", "and then", "okay", "er", "dash", "then", "let me see"]
OPENERS = [
    "can I take the long number across the front of the card please",
    "what's the card number",
    "could you read me the sixteen digits please",
    "okay whenever you're ready with the card number",
    "I just need your card details then",
]
TOLD = ["my card number is", "it's a visa it's", "sure the card number is", "the long number is"]
NODS = ["uh huh", "yep", "okay", "mm hmm", "go on"]
PREFIXES = [("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16)]


def valid_pan(rng: random.Random) -> str:
    prefix, length = rng.choice(PREFIXES)
    body = prefix + "".join(str(rng.randrange(10)) for _ in range(length - 1 - len(prefix)))
    return next(body + str(d) for d in range(10) if luhn(body + str(d)))


def digit(figure: str, rng: random.Random) -> str:
    return rng.choice(["oh", "zero", "oh"]) if figure == "0" else UNITS[int(figure)]


def pair(two: str, rng: random.Random) -> str:
    if two[0] == "0":
        return f"{digit('0', rng)} {digit(two[1], rng)}"
    if two[0] == "1":
        return TEENS[int(two[1])]
    tens = TENS[int(two[0]) - 2]
    return tens if two[1] == "0" else f"{tens}{rng.choice([' ', '-'])}{UNITS[int(two[1])]}"


def spoken(figures: str, style: str, rng: random.Random) -> str:
    """Say figures in a style: digits, pairs, double, typed or a mixture of them."""
    if style == "typed":
        sep = rng.choice([" ", "-", "", ", "])
        return sep.join(figures[i : i + 4] for i in range(0, len(figures), 4))
    out, at = [], 0
    while at < len(figures):
        here = rng.choice(["digits", "pairs", "double", "typed1"]) if style == "mixed" else style
        same = len(figures[at:]) - len(figures[at:].lstrip(figures[at]))
        if here == "double" and same >= 2:
            times = 3 if same >= 3 and rng.random() < 0.5 else 2
            out.append(f"{'double' if times == 2 else 'triple'} {digit(figures[at], rng)}")
            at += times
        elif here == "pairs" and at + 2 <= len(figures):
            out.append(pair(figures[at : at + 2], rng))
            at += 2
        elif here == "typed1":
            out.append(figures[at])
            at += 1
        else:
            out.append(digit(figures[at], rng))
            at += 1
        if rng.random() < 0.08:
            out.append(rng.choice(FILLERS))
    return rng.choice([" ", ", "]).join(out) if rng.random() < 0.8 else " ".join(out).capitalize()


def read(text: str) -> str:
    """Return every figure in a text in order, whatever stands between: the eavesdropper."""
    words = re.findall(r"[a-z]+|\d+", text.lower())
    out, at = "", 0
    while at < len(words):
        word, after = words[at], words[at + 1] if at + 1 < len(words) else ""
        times = {"double": 2, "triple": 3}.get(word)
        if times and (after in UNITS or after in ("oh",)):
            out += ("0" if after == "oh" else str(UNITS.index(after))) * times
            at += 2
            continue
        if word.isdigit():
            out += word
        elif word in UNITS:
            out += str(UNITS.index(word))
        elif word == "oh":
            out += "0"
        elif word in TEENS:
            out += str(TEENS.index(word) + 10)
        elif word in TENS:
            out += str(TENS.index(word) + 2)
            if after in UNITS[1:]:
                out += str(UNITS.index(after))
                at += 1
            else:
                out += "0"
        at += 1
    return out


def leaked(text: str, pan: str, least: int = 6) -> str:
    seen = read(text)
    return next(
        (pan[i : i + least] for i in range(len(pan) - least + 1) if pan[i : i + least] in seen), ""
    )


class Call:
    """A call through the redactor: keeps what the screen shows, partials included."""

    def __init__(self):
        self.redactor, self.id, self.at = Redactor(), 0, 0.0
        self.shown: dict[int, tuple[Channel, str]] = {}
        self.raw: dict[int, Utterance] = {}
        self.partials: list[str] = []
        self.muted: list = []
        self.card_digits = False

    def say(self, channel, text, *, words=False):
        words_said = text.split()
        for upto in range(1, len(words_said), 2):
            self.partials.append(self.redactor.partial(channel, " ".join(words_said[:upto])))
        self.id += 1
        length = 0.35 * len(words_said) + 0.3
        timed = ()
        if words:
            timed = tuple(
                Word(w, self.at + 0.35 * i, self.at + 0.35 * i + 0.3)
                for i, w in enumerate(words_said)
            )
        said = Utterance(self.id, channel, self.at, self.at + length, text, 0.9, timed)
        self.raw[self.id] = said
        out = self.redactor.final(said)
        self.shown[self.id] = (channel, out.utterance.text)
        for earlier_id, new, _ in out.earlier:
            self.shown[earlier_id] = (self.shown[earlier_id][0], new)
        self.muted += out.mute
        self.card_digits |= out.card_digits
        self.at += length + 0.6
        return out

    def transcript(self, channel=None):
        return " ".join(t for c, t in self.shown.values() if channel in (None, c))


def cut(figures: str, parts: int, rng: random.Random) -> list[str]:
    at = sorted(rng.sample(range(2, len(figures) - 1), parts - 1))
    return [figures[i:j] for i, j in zip([0, *at], [*at, len(figures)], strict=True)]


def drop(figures: str, count: int, rng: random.Random) -> str:
    lost = set(rng.sample(range(len(figures)), count))
    return "".join(f for i, f in enumerate(figures) if i not in lost)


STYLES = st.sampled_from(["digits", "pairs", "double", "typed", "mixed"])
SEEDS = st.integers(0, 2**32)


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(SEEDS, STYLES, st.integers(1, 4), st.integers(0, 3), st.booleans(), st.booleans())
def test_nothing_of_a_card_that_is_asked_for_is_ever_shown(seed, style, parts, lost, repeat, told):
    rng = random.Random(seed)
    pan = valid_pan(rng)
    heard = drop(pan, lost, rng)
    call = Call()
    call.say(A, "thank you for calling Harbour Lights how can I help")
    call.say(C, "I'd like to pay my bill please")
    if not told or rng.random() < 0.5:
        call.say(A, rng.choice(OPENERS))
    for at, part in enumerate(cut(heard, parts, rng)):
        lead = rng.choice(["", "yeah ", "it's ", "okay um "])
        if at == 0 and told:
            lead = rng.choice(TOLD) + " "
        call.say(C, lead + spoken(part, style, rng), words=rng.random() < 0.5)
        if rng.random() < 0.6:
            call.say(A, rng.choice(NODS))
        if repeat and len(part) >= 3:
            call.say(A, spoken(part, rng.choice(["digits", "typed", "pairs"]), rng))
    for text in [*call.partials, *(t for _, t in call.shown.values())]:
        assert not leaked(text, pan), text
        assert not leaked(text, heard), text
    for channel in (A, C):
        assert not leaked(call.transcript(channel), heard), call.transcript(channel)
    assert call.card_digits


@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
@given(SEEDS, STYLES, st.integers(1, 4), st.integers(0, 2))
def test_a_card_that_nobody_named_is_gone_once_it_is_complete(seed, style, parts, lost):
    rng = random.Random(seed)
    pan = valid_pan(rng)
    heard = drop(pan, lost, rng)
    call = Call()
    call.say(A, "right and how would you like to do that")
    for part in cut(heard, parts, rng):
        call.say(C, rng.choice(["", "yeah ", "okay so "]) + spoken(part, style, rng))
        if rng.random() < 0.5:
            call.say(A, rng.choice(NODS))
    for text in [*call.partials, *(t for _, t in call.shown.values())]:
        assert not leaked(text, heard), text
    assert not leaked(call.transcript(C), heard), call.transcript(C)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SEEDS, STYLES, st.integers(1, 4), st.booleans())
def test_every_digit_that_is_hidden_is_also_silenced(seed, style, parts, words):
    rng = random.Random(seed)
    pan = valid_pan(rng)
    call = Call()
    call.say(A, rng.choice(OPENERS))
    for part in cut(pan, parts, rng):
        call.say(C, spoken(part, style, rng), words=words)
    for said in call.raw.values():
        if said.channel is not C or len(read(said.text)) < 2:  # "oh" alone is no figure
            continue
        if not said.words:
            assert any(m.start <= said.start and m.end >= said.end for m in call.muted)
        for word in said.words:
            if read(word.text):
                assert any(m.start <= word.start and m.end >= word.end for m in call.muted), word


@settings(max_examples=150, deadline=None, derandomize=True)
@given(SEEDS)
def test_amounts_dates_and_references_of_a_payment_stay(seed):
    rng = random.Random(seed)
    pan, call = valid_pan(rng), Call()
    pounds, ref = rng.randrange(2, 99), "".join(str(rng.randrange(10)) for _ in range(8))
    kept = [
        (A, f"so that's {pounds} dollars and ninety cents for the annual plan charged today"),
        (A, rng.choice(OPENERS)),
        (C, spoken(pan, "digits", rng)),
        (A, f"thank you so that's ${pounds}.90 on the card ending {pan[-4:]} is that okay"),
        (C, "yes go ahead charge it"),
        (A, f"that's gone through your reference number is {ref} it renews on the 4th of May"),
        (A, "you'll get it in 3 to 5 working days before 5 pm on 12 March 2026"),
    ]
    for channel, text in kept:
        call.say(channel, text)
    for at, (_, text) in enumerate(kept, 1):
        if at != 3:
            assert call.shown[at][1] == text
    assert not read(call.shown[3][1])


@pytest.mark.parametrize("seed", range(20))
def test_the_same_call_is_hidden_the_same_way_twice(seed):
    def run():
        rng, call = random.Random(seed), Call()
        pan = valid_pan(rng)
        for part in cut(pan, 3, rng):
            call.say(C, spoken(part, "mixed", rng))
        return call.shown, call.partials, call.muted

    assert run() == run()
