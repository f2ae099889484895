"""What makes words not count: a negation before them, or someone else's words being told."""

from collections.abc import Sequence
from itertools import pairwise

from models.text import Token
from qa_rules.guard_words import GUARD_WORDS, GuardWords
from qa_rules.heard import Heard

NEGATORS = GUARD_WORDS["en"].negators
NEGATION_WORDS = 4
"""How many words before a hit are searched for a negation."""
QUOTE_WORDS = 4
"""How many small words may stand between "he said" and what he said."""


def words_of(heard: Heard) -> GuardWords:
    """Return the words of the language that was heard."""
    return GUARD_WORDS[heard.language.code]


def negated(heard: Heard, first: int) -> bool:
    """Return whether a negation within the words before reaches the hit that begins at `first`."""
    toks, known = heard.toks, words_of(heard)
    starts_clause = toks[first].text in known.subjects
    for n in range(first - 1, max(-1, first - 1 - NEGATION_WORDS), -1):
        if heard.breaks[n] or toks[n].text in known.new_clause:
            return False
        if toks[n].text in known.negators and not _harmless(toks, n, first, known):
            between = toks[n + 1 : first]
            return not starts_clause or _reaches(toks[n].text, between, known)
    return False


def _harmless(toks: Sequence[Token], n: int, first: int, known: GuardWords) -> bool:
    """Return whether a negator only sounds like one: "no problem", "not only", "why don't we".

    A "no" before a clause with its own subject, or before another "no", only answers.
    """
    word, after = toks[n].text, toks[n + 1].text
    if word == known.no and known.no_verb and (after in known.subjects or after == known.no):
        return True
    why = any(t.text == known.why for t in toks[max(0, n - 2) : n])
    if word == known.no:
        close = {t.text for t in toks[n + 1 : min(first, n + 3)]}
        alone = not known.no_verb and (why or not known.after_not.isdisjoint(close))
        return after in known.after_no or alone
    if word != known.no_verb:
        return False
    ahead = {t.text for t in toks[n + 1 : min(first, n + 4)]}
    return after in known.after_not or "lie" in ahead or why


def _reaches(negator: str, between: Sequence[Token], known: GuardWords) -> bool:
    """Return whether a negation goes on into a clause that has its own subject."""
    if not between:
        return negator != known.no
    return any(t.text in known.carries for t in between)


def quoted(heard: Heard, first: int) -> bool:
    """Return whether the hit that begins at `first` is what someone else is said to have said."""
    toks, others, known = heard.toks, 0, words_of(heard)
    for n in range(first - 1, max(-1, first - 2 - QUOTE_WORDS), -1):
        if heard.breaks[n]:
            return False
        word = toks[n].text
        if word in known.tells or (word == "like" and n and toks[n - 1].text in known.like):
            return _another(toks, n - 1, known)
        others += word not in known.between
        if others > 1:
            return False
    return False


def _another(toks: Sequence[Token], n: int, known: GuardWords) -> bool:
    """Return whether the one who tells is not the speaker; `n` is the word before the verb."""
    for m in range(n, max(-1, n - 4), -1):
        word = toks[m].text
        if word in known.own:
            return toks[m + 1].text in known.passive
        if word in known.passive or word in {
            "have",
            "has",
            "had",
            "already",
            "just",
            "will",
            "would",
        }:
            continue
        return True
    return True


TOLD_LEVEL = 4
"""From this level on words are looked at for a teller further off: abuse is quoted at length."""
TOLD_WORDS = 14
"""How many words may stand between "he shouted" and the end of what he shouted."""

PAST_WORDS = 7
"""How many words after a cue are searched for what puts it in the past."""
MILD_LEVEL = 2
"""Up to this level laughter takes a cue back."""


def laughing(heard: Heard) -> bool:
    """Return whether the speaker laughs; recognisers write it in one word or in several."""
    known = words_of(heard)
    if not heard.words.isdisjoint(known.laughs):
        return True
    words = [t.text for t in heard.toks]
    return any(one == two and one in known.laugh for one, two in pairwise(words))


def told_of_another(heard: Heard, first: int, last: int, level: int) -> bool:
    """Return whether a cue of anger is about someone else, about the past, or said laughing."""
    toks = heard.toks
    if level <= MILD_LEVEL and laughing(heard):
        return True
    if _someone_else(heard, first - 1) or (level >= TOLD_LEVEL and _told(heard, first)):
        return True
    inside = {t.text for t in toks[first : last + 1]}
    before = {t.text for t in toks[max(0, first - 3) : first]}
    past = not words_of(heard).was.isdisjoint(inside | before)
    return past and _over(heard, last)


def _told(heard: Heard, first: int) -> bool:
    """Return whether the words at `first` are in a sentence told by someone but the two here."""
    toks, known = heard.toks, words_of(heard)
    for n in range(first - 1, max(0, first - 1 - TOLD_WORDS), -1):
        if heard.breaks[n]:
            return False
        if toks[n].text in known.utters:
            before = [t.text for t in toks[max(0, n - 3) : n]]
            return bool(before) and known.speakers.isdisjoint(before)
    return False


def _someone_else(heard: Heard, n: int) -> bool:
    """Return whether the words up to n are "my daughter was really" or the like."""
    toks, known = heard.toks, words_of(heard)
    while n >= 0 and toks[n].text in known.very and not heard.breaks[n]:
        n -= 1
    return n > 0 and toks[n].text in known.be and toks[n - 1].text in known.people


def _over(heard: Heard, last: int) -> bool:
    """Return whether the words after a cue say that it was long ago or has been mended."""
    known = words_of(heard)
    after = [t.text for t in heard.toks[last + 1 : last + 1 + PAST_WORDS]]
    for n, word in enumerate(after):
        if word in known.long_ago or (
            word == known.last_word and after[n + 1 : n + 2] and after[n + 1] in known.last
        ):
            return True
        if word == known.but and not known.mended.isdisjoint(after[n + 1 :]):
            return True
    return False
