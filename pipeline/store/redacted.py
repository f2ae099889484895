"""Take words out of events that are stored already, when a later utterance completed a number.

`UtteranceRedacted` brings the new text of an utterance. The old text is still in its
`UtteranceFinal`, and pieces of it are quoted by labels, findings, hints and anger. All of these are
rewritten here as plain data; nothing is read or written, so the spilled journal uses it as well.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Data = dict[str, Any]  # an event as plain JSON data, whatever its type


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of tokens in the old text and what stands there in the new one."""

    old: tuple[int, int]
    new: tuple[int, int]
    kept: bool


class Masking:
    """How the old text of one utterance became its new text."""

    def __init__(self, old: str, new: str) -> None:
        self.old = old
        self.new = new
        self._old = [m.span() for m in re.finditer(r"\S+", old)]
        self._new = [m.span() for m in re.finditer(r"\S+", new)]
        matcher = SequenceMatcher(
            None, [old[a:b] for a, b in self._old], [new[a:b] for a, b in self._new], autojunk=False
        )
        self._pieces = [
            _Piece((a, b), (c, d), tag == "equal") for tag, a, b, c, d in matcher.get_opcodes()
        ]

    def quote(self, said: str) -> str:
        """Return a quotation of the old text as it reads in the new one.

        A quotation that is nowhere in the old text becomes the whole new text, which holds
        nothing that must not be seen.
        """
        if not said or said in self.new:
            return said
        start = self.old.lower().find(said.lower())
        if start < 0:
            return self.new
        end = start + len(said)
        touched = [n for n, (a, b) in enumerate(self._old) if a < end and b > start]
        if not touched:
            return self.new
        parts = [self._becomes(piece, touched[0], touched[-1] + 1) for piece in self._pieces]
        return " ".join(part for part in parts if part)

    def prose(self, said: str) -> str:
        """Return a sentence that may cite masked words with them replaced by their masks."""
        for piece in self._pieces:
            if piece.kept or piece.old[0] == piece.old[1]:
                continue
            mask = self._span(self._new, self.new, piece.new)
            said = _replace(said, self._span(self._old, self.old, piece.old), mask)
            for a, b in self._old[slice(*piece.old)]:
                if sum(c.isdigit() for c in self.old[a:b]) > 2:
                    said = _replace(said, self.old[a:b].strip(".,;:!?"), mask)
        return said

    def words(self, words: Sequence[Data]) -> list[Data]:
        """Return the timed words without those that were masked; none where they do not line up."""
        if len(words) != len(self._old):
            return []
        kept: set[int] = set()
        for piece in self._pieces:
            if piece.kept:
                kept.update(range(*piece.old))
        return [word for n, word in enumerate(words) if n in kept]

    def _becomes(self, piece: _Piece, first: int, stop: int) -> str:
        a, b = max(piece.old[0], first), min(piece.old[1], stop)
        if a >= b:
            return ""
        if not piece.kept:
            return self._span(self._new, self.new, piece.new)
        shift = piece.new[0] - piece.old[0]
        return self._span(self._new, self.new, (a + shift, b + shift))

    @staticmethod
    def _span(tokens: list[tuple[int, int]], text: str, which: tuple[int, int]) -> str:
        first, stop = which
        return text[tokens[first][0] : tokens[stop - 1][1]] if first < stop else ""


class BlindMasking(Masking):
    """Masking where the old text is gone: what might show a number is masked as a whole."""

    def __init__(self, new: str) -> None:
        super().__init__(new, new)

    def prose(self, said: str) -> str:
        """Return the sentence, or a mask in its place where it holds anything like a number."""
        return "[redacted]" if _NUMBER.search(said) else said


_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|\d+)"
_NUMBER = re.compile(rf"\d{{3}}|\b{_DIGIT}(?:\W+{_DIGIT}){{2}}\b", re.IGNORECASE)


def rewrite(
    events: Sequence[tuple[int, Data]], late: frozenset[int] = frozenset()
) -> dict[int, Data]:
    """Return the events of one call that must change, by seq; `events` is (seq, data) in order.

    `late` names events that were written only after a redaction had been applied, so that the old
    text they quote is not there to compare with.
    """
    by_seq = dict(events)
    changed: dict[int, Data] = {}
    finals = {
        data["utterance"]["id"]: seq for seq, data in events if data["type"] == "UtteranceFinal"
    }
    for _, data in events:
        final = finals.get(data.get("utterance_id"))
        if data["type"] != "UtteranceRedacted" or final is None:
            continue
        old, new = by_seq[final]["utterance"]["text"], data["text"]
        masking = Masking(old, new) if old != new else BlindMasking(new)
        for seq in by_seq if old != new else late & by_seq.keys():
            mended = _mend(by_seq[seq], data, masking)
            if mended is not None and mended != by_seq[seq]:
                by_seq[seq] = changed[seq] = mended
    return changed


def _mend(body: Data, redaction: Data, masking: Masking) -> Data | None:
    about = redaction["utterance_id"]
    if body["type"] == "UtteranceFinal":
        return _mend_final(body, redaction, masking) if body["utterance"]["id"] == about else None
    if body["type"] == "UtteranceRedacted" or not _mentions(body, about):
        return None
    mended: Data = _walk(body, about, masking, body.get("utterance_id") == about)
    return mended


def _mend_final(body: Data, redaction: Data, masking: Masking) -> Data:
    said = body["utterance"]
    words = masking.words(said["words"])
    names = [*body["redacted"], *(n for n in redaction["redacted"] if n not in body["redacted"])]
    mended = {**said, "text": redaction["text"], "words": words}
    return {**body, "utterance": mended, "redacted": names}


def _mentions(node: object, about: int) -> bool:
    if isinstance(node, Mapping):
        return node.get("utterance_id") == about or any(_mentions(v, about) for v in node.values())
    return isinstance(node, list) and any(_mentions(v, about) for v in node)


def _walk(node: Any, about: int, masking: Masking, inside: bool) -> Any:  # JSON of any shape
    if isinstance(node, Mapping):
        here = inside or node.get("utterance_id") == about
        return {
            key: masking.quote(value)
            if here and key == "quote" and isinstance(value, str)
            else _walk(value, about, masking, here)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_walk(value, about, masking, inside) for value in node]
    return masking.prose(node) if isinstance(node, str) else node


def _replace(text: str, what: str, by: str) -> str:
    """Replace `what` in any case where it stands as words of its own."""
    if not what:
        return text
    return re.sub(rf"(?<!\w){re.escape(what)}(?!\w)", lambda _: by, text, flags=re.IGNORECASE)
