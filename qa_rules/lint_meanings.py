"""What a meaning of a pack needs before it ships: counter-examples, key words, room for doubt."""

from collections.abc import Iterator

from models.languages import Language
from models.types import Channel, Label, Utterance
from qa_rules.heard import hear, speak
from qa_rules.match_schema import MatchSpec, Semantic
from qa_rules.phrases import Need, compile_match

LEAST_COUNTER_EXAMPLES = 4


def lint_meanings(match: MatchSpec, language: Language) -> Iterator[str]:
    """Yield what the meanings of a match should have."""
    for need in compile_match(match, language=language).needs:
        for key, spec in need.semantics:
            yield from _of_meaning(spec)
            for example in spec.examples if spec.keywords else ():
                if not _heard(need, key, example, language):
                    yield (
                        f'the example "{example}" would not count: none of the keywords is in it '
                        "without a negation before it, or none_of excludes it"
                    )


def _of_meaning(spec: Semantic) -> Iterator[str]:
    have = len(spec.not_examples)
    if have < LEAST_COUNTER_EXAMPLES:
        least = LEAST_COUNTER_EXAMPLES
        yield f"a meaning has {have} not_examples, give {least} or more that are close but not it"
    if not spec.keywords:
        yield "a meaning has no keywords: give the words of which one must be there"
    if spec.review >= spec.threshold:
        yield (
            f"a meaning's review ({spec.review:g}) is not below its threshold "
            f"({spec.threshold:g}): what is between them goes to a person"
        )


def _heard(need: Need, key: str, example: str, language: Language) -> bool:
    said = Utterance(0, Channel.AGENT, 0.0, 2.0, example)
    heard = hear((speak(said, language),))
    return need.search(heard, (Label("semantic", key, 1.0),)) is not None
