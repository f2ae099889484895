"""What makes words not count: a negation before them, or someone else's words being told."""

from collections.abc import Sequence
from itertools import pairwise

from models.text import Token
from qa_rules.heard import Heard

NEGATION_WORDS = 4
"""How many words before a hit are searched for a negation."""
QUOTE_WORDS = 4
"""How many small words may stand between "he said" and what he said."""

NEGATORS = frozenset(
    {"not", "no", "never", "without", "nobody", "none", "neither", "nor", "hardly"}
)
_AFTER_NO = frozenset(
    {"problem", "problems", "worries", "worry", "trouble", "doubt", "rush", "matter", "wonder"}
)
_AFTER_NOT = frozenset({"only", "just", "worry", "forget", "hesitate", "mind", "lie", "least"})
_NEW_CLAUSE = frozenset({"but", "because", "although", "though", "anyway", "however"})
_SUBJECTS = frozenset(
    {"i", "we", "you", "this", "it", "that", "he", "she", "they", "there", "your", "our", "my"}
)
_CARRIES = frozenset(
    {"think", "believe", "say", "saying", "said", "mean", "suppose", "feel", "sure", "true", "if",
     "whether", "that", "know", "want", "like", "because", "need", "tell", "told", "aware"}
)  # fmt: skip
_TELLS = frozenset(
    {
        "said",
        "says",
        "told",
        "tells",
        "saying",
        "claimed",
        "claims",
        "asked",
        "thinks",
        "thought",
        "reckons",
        "believes",
    }
)
_LIKE = frozenset({"was", "were", "is", "am", "are"})
_BETWEEN = frozenset(
    {
        "that",
        "me",
        "us",
        "him",
        "her",
        "them",
        "you",
        "to",
        "like",
        "oh",
        "well",
        "it",
        "this",
        "the",
        "a",
        "an",
        "my",
        "your",
        "our",
        "his",
        "their",
        "he",
        "she",
        "they",
        "would",
        "will",
        "was",
        "were",
        "is",
        "are",
        "had",
        "has",
        "have",
        "been",
        "going",
    }
)
_OWN = frozenset({"i", "we"})
_PASSIVE = frozenset({"was", "were", "been", "being", "got", "get"})


def negated(heard: Heard, first: int) -> bool:
    """Return whether a negation within the words before reaches the hit that begins at `first`."""
    toks = heard.toks
    starts_clause = toks[first].text in _SUBJECTS
    for n in range(first - 1, max(-1, first - 1 - NEGATION_WORDS), -1):
        if heard.breaks[n] or toks[n].text in _NEW_CLAUSE:
            return False
        if toks[n].text in NEGATORS and not _harmless(toks, n, first):
            between = toks[n + 1 : first]
            return not starts_clause or _reaches(toks[n].text, between)
    return False


def _harmless(toks: Sequence[Token], n: int, first: int) -> bool:
    """Return whether a negator only sounds like one: "no problem", "not only", "why don't we"."""
    word, after = toks[n].text, toks[n + 1].text
    if word == "no":
        return after in _AFTER_NO
    if word != "not":
        return False
    ahead = {t.text for t in toks[n + 1 : min(first, n + 4)]}
    why = any(t.text == "why" for t in toks[max(0, n - 2) : n])
    return after in _AFTER_NOT or "lie" in ahead or why


def _reaches(negator: str, between: Sequence[Token]) -> bool:
    """Return whether a negation goes on into a clause that has its own subject."""
    if not between:
        return negator != "no"
    return any(t.text in _CARRIES for t in between)


def quoted(heard: Heard, first: int) -> bool:
    """Return whether the hit that begins at `first` is what someone else is said to have said."""
    toks, others = heard.toks, 0
    for n in range(first - 1, max(-1, first - 2 - QUOTE_WORDS), -1):
        if heard.breaks[n]:
            return False
        word = toks[n].text
        if word in _TELLS or (word == "like" and n and toks[n - 1].text in _LIKE):
            return _another(toks, n - 1)
        others += word not in _BETWEEN
        if others > 1:
            return False
    return False


def _another(toks: Sequence[Token], n: int) -> bool:
    """Return whether the one who tells is not the speaker; `n` is the word before the verb."""
    for m in range(n, max(-1, n - 4), -1):
        word = toks[m].text
        if word in _OWN:
            return toks[m + 1].text in _PASSIVE
        if word in _PASSIVE or word in {"have", "has", "had", "already", "just", "will", "would"}:
            continue
        return True
    return True


_UTTERS = _TELLS | frozenset(
    {"called", "wrote", "writes", "reads", "shouted", "shouts", "shouting",
     "screamed", "screams", "screaming", "yelled", "yells", "yelling", "threatened", "threatens",
     "replied", "titled"}
)  # fmt: skip
_SPEAKERS = frozenset({"i", "we", "you"})
TOLD_LEVEL = 4
"""From this level on words are looked at for a teller further off: abuse is quoted at length."""
TOLD_WORDS = 14
"""How many words may stand between "he shouted" and the end of what he shouted."""

_LAUGHS = frozenset({"haha", "hahaha", "lol", "laughs", "laughter", "[laughter]", "[laughs]"})
_LAUGH = frozenset({"ha", "hah", "heh", "hee"})
_BE = frozenset({"was", "were", "is", "are", "got", "been", "being", "gets", "get"})
_VERY = frozenset(
    {"really", "so", "very", "absolutely", "quite", "pretty", "just", "totally", "a", "bit", "all"}
)
_PEOPLE = frozenset(
    {"he", "she", "they", "who", "everyone", "everybody", "daughter", "son", "wife", "husband",
     "mother", "mom", "father", "dad", "friend", "boss", "neighbor", "manager", "colleague",
     "sister", "brother", "partner", "lady", "man", "guy", "woman", "child", "kids", "family",
     "people", "customer", "customers", "girlfriend", "boyfriend", "aunt", "uncle", "grandmother"}
)  # fmt: skip
_LONG_AGO = frozenset({"ago", "then", "yesterday"})
_LAST = frozenset({"year", "month", "week", "time", "summer", "winter", "christmas", "night"})
_MENDED = frozenset({"fixed", "sorted", "resolved", "solved", "fine", "good", "great", "better"})
PAST_WORDS = 7
"""How many words after a cue are searched for what puts it in the past."""
MILD_LEVEL = 2
"""Up to this level laughter takes a cue back."""


def laughing(heard: Heard) -> bool:
    """Return whether the speaker laughs; recognisers write it in one word or in several."""
    if not heard.words.isdisjoint(_LAUGHS):
        return True
    words = [t.text for t in heard.toks]
    return any(one == two and one in _LAUGH for one, two in pairwise(words))


def told_of_another(heard: Heard, first: int, last: int, level: int) -> bool:
    """Return whether a cue of anger is about someone else, about the past, or said laughing."""
    toks = heard.toks
    if level <= MILD_LEVEL and laughing(heard):
        return True
    if _someone_else(heard, first - 1) or (level >= TOLD_LEVEL and _told(heard, first)):
        return True
    inside = {t.text for t in toks[first : last + 1]}
    before = {t.text for t in toks[max(0, first - 3) : first]}
    past = "was" in inside | before or "were" in inside | before
    return past and _over(heard, last)


def _told(heard: Heard, first: int) -> bool:
    """Return whether the words at `first` are in a sentence told by someone but the two here."""
    toks = heard.toks
    for n in range(first - 1, max(0, first - 1 - TOLD_WORDS), -1):
        if heard.breaks[n]:
            return False
        if toks[n].text in _UTTERS:
            before = [t.text for t in toks[max(0, n - 3) : n]]
            return bool(before) and _SPEAKERS.isdisjoint(before)
    return False


def _someone_else(heard: Heard, n: int) -> bool:
    """Return whether the words up to n are "my daughter was really" or the like."""
    toks = heard.toks
    while n >= 0 and toks[n].text in _VERY and not heard.breaks[n]:
        n -= 1
    return n > 0 and toks[n].text in _BE and toks[n - 1].text in _PEOPLE


def _over(heard: Heard, last: int) -> bool:
    """Return whether the words after a cue say that it was long ago or has been mended."""
    after = [t.text for t in heard.toks[last + 1 : last + 1 + PAST_WORDS]]
    for n, word in enumerate(after):
        if word in _LONG_AGO or (word == "last" and after[n + 1 : n + 2] and after[n + 1] in _LAST):
            return True
        if word == "but" and not _MENDED.isdisjoint(after[n + 1 :]):
            return True
    return False
