"""Which of many needs an utterance could meet: most are ruled out by a word that is not there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.types import Channel, Label
from qa_rules.heard import Heard
from qa_rules.phrases import Hit, Need

Hits = Mapping[int, Hit]


@dataclass(frozen=True, slots=True)
class Listed:
    """A need, whose words may meet it, and its number."""

    number: int
    need: Need
    speaker: str


class NeedIndex:
    """Finds the needs that an utterance meets; built once for a set of packs, safe to share."""

    def __init__(self, needs: Iterable[tuple[Need, str]]) -> None:
        self.listed = tuple(Listed(n, need, who) for n, (need, who) in enumerate(needs))
        self._by_word: dict[str, list[int]] = {}
        self._by_stem: dict[str, list[int]] = {}
        self._by_label: dict[tuple[str, str], list[int]] = {}
        self._always: list[int] = []
        for row in self.listed:
            self._enter(row)
        self._stem_lengths = sorted({len(s) for s in self._by_stem})

    def _enter(self, row: Listed) -> None:
        for way in row.need.ways:
            for word in way.anchors:
                self._by_word.setdefault(word, []).append(row.number)
            for stem in way.stems:
                self._by_stem.setdefault(stem, []).append(row.number)
            if not way.anchors and not way.stems:
                self._always.append(row.number)
        for intent in row.need.intents:
            self._by_label.setdefault(("intent", intent), []).append(row.number)
        for key, _ in row.need.semantics:
            self._by_label.setdefault(("semantic", key), []).append(row.number)

    def search(
        self,
        heard: Heard,
        labels: Sequence[Label] = (),
        names: Mapping[str, str] | None = None,
    ) -> dict[int, Hit]:
        """Return the hit of each need that the utterance meets, by its number, in order."""
        if not heard.toks:
            return {}
        out: dict[int, Hit] = {}
        channel = heard.said.channel
        for number in sorted(self._candidates(heard, labels)):
            row = self.listed[number]
            if not speaks(row.speaker, channel):
                continue
            hit = row.need.search(heard, labels, names)
            if hit is not None:
                out[number] = hit
        return out

    def _candidates(self, heard: Heard, labels: Sequence[Label]) -> set[int]:
        out = set(self._always)
        for word in heard.words:
            out.update(self._by_word.get(word, ()))
            for length in self._stem_lengths:
                if length > len(word):
                    break
                out.update(self._by_stem.get(word[:length], ()))
        for label in labels:
            out.update(self._by_label.get((label.kind, label.name), ()))
        return out


def speaks(speaker: str, channel: Channel) -> bool:
    """Return whether words of a channel may be the speaker's; a mixed channel may be anyone's."""
    return speaker == "any" or channel is Channel.MIXED or speaker == channel.value
