"""How a recogniser spoils a line: small words lost, sound-alikes, words run together.

Deterministic, so that two runs compare; a fair test of a rule is what still matches.
"""

from collections.abc import Iterator, Mapping

ALIKE = {
    "your": "you're",
    "recorded": "record it",
    "recording": "recordings",
    "our": "are",
    "there": "their",
    "for": "four",
    "two": "to",
    "by": "buy",
    "card": "cord",
    "payment": "payments",
    "anything": "any thing",
    "account": "a count",
    "sorry": "sorry sorry",
    "would": "will",
    "could": "can",
}
"""Words and what is heard instead: frequent confusions on telephone lines, one for each word."""

ALIKE_ES = {
    "grabada": "gravada",
    "llamada": "llamadas",
    "grabando": "grabado",
    "su": "tu",
    "ayudar": "ayudarle",
    "ayudarle": "ayudar",
    "factura": "facturas",
    "reclamacion": "reclamaciones",
    "hay": "ahi",
    "a": "ha",
    "haya": "halla",
    "se": "sé",
    "algo": "algún",
}
"""The same in Spanish."""

_ALIKE: Mapping[str, Mapping[str, str]] = {"en": ALIKE, "es": ALIKE_ES}
_LOST = {
    "en": frozenset({"a", "the", "of", "to", "is", "so", "and"}),
    "es": frozenset({"a", "el", "la", "de", "un", "una", "y", "es", "lo"}),
}
_AND = {
    "en": frozenset({"i", "you", "it", "we"}),
    "es": frozenset({"yo", "y", "que", "es", "se"}),
}


def degraded(line: str, code: str = "en") -> Iterator[tuple[str, str]]:
    """Yield a line's spoiled forms, each with the name of what was done to it."""
    speaker, mark, said = line.partition(":")
    if not mark or speaker.strip() not in ("agent", "customer"):
        speaker, mark, said = "", "", line
    words = said.split()
    for name, spoiled in (
        ("small word lost", _drop(words, _LOST[code])),
        ("sound-alike", _swap(words, _ALIKE[code])),
        (
            "repeated start",
            words[:1] + words if words and words[0].lower() in _AND[code] else words,
        ),
        ("end lost", words[:-1] if len(words) > 5 else words),
    ):
        if spoiled != words:
            yield name, f"{speaker}{mark}{' ' if mark else ''}{' '.join(spoiled)}"


def _drop(words: list[str], lost: frozenset[str]) -> list[str]:
    """Lose the first small word that is not at an end."""
    for n in range(1, len(words) - 1):
        if words[n].lower() in lost:
            return words[:n] + words[n + 1 :]
    return words


def _swap(words: list[str], alike: Mapping[str, str]) -> list[str]:
    """Mishear the first word that has a sound-alike."""
    for n, word in enumerate(words):
        other = alike.get(word.lower())
        if other is not None:
            return [*words[:n], *other.split(), *words[n + 1 :]]
    return words
