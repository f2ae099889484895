"""How a line is put: denied, asked, past, supposed, told of others, and of whom it speaks.

A vector of meaning hardly tells "this call is recorded" from "this call is not recorded". These
small lists do: a line that is put otherwise than every example is not what the examples say.
"""

import re
from collections.abc import Mapping, Sequence

_LISTS: Mapping[str, str] = {
    "denied": r"not|no|never|nothing|nobody|none|neither|nor|without|cannot|\w+n't|cant|dont|wont"
    r"|isnt|arent|doesnt|wasnt|didnt|instead|rather than|skip|except|unable",
    "asked": r"do you|did you|have you|has he|has she|are you|is that|is it|was it|were you"
    r"|can you|could you|would you|will you|may i|can i|could i|shall i|what|which|who|when"
    r"|where|why|how|isn't it|right yeah",
    "past": r"was|were|did|had|been|yesterday|ago|earlier|already|last (?:week|month|year|time)"
    r"|before|previous(?:ly)?|told|said|asked|gave|went|used to",
    "supposed": r"if|unless|whether|would have|could have|should have|might|maybe|perhaps|may be"
    r"|in case|suppose|otherwise|or else|wish|hope|until|depends",
    "reported": r"he|she|they|them|him|her|his|their|someone|somebody|anyone|people|colleagues?"
    r"|manager|says|said|told|tells|mentioned|heard|letter|email|website|other|another|agent"
    r"|the bank|the shop|department|supplier|company",
    "later": r"will|i'll|we'll|they'll|going to|gonna|tomorrow|next|later|soon|afterwards|once"
    r"|in a (?:bit|minute|moment|sec|second)",
    "mine": r"i|i'm|i'll|i've|i'd|me|my|we|we're|we'll|we've|we'd|us|our",
    "yours": r"you|you're|you'll|you've|you'd|your|yourself",
}
CUES = tuple(_LISTS)
_PATTERNS = {name: re.compile(rf"\b(?:{words})\b") for name, words in _LISTS.items()}
_ASKING = re.compile(
    r"^(?:\w+ ){0,2}(?:do|does|did|have|has|are|is|was|were|can|could|would|will|shall|may)"
    r" (?:you|i|we|he|she|they|it|that|this|the|there)\b|\?\s*$"
)


def stance(text: str) -> tuple[float, ...]:
    """Return for each of `CUES` whether it is in the text, 1 or 0."""
    plain = text.lower().replace("’", "'")
    out = {name: bool(pattern.search(plain)) for name, pattern in _PATTERNS.items()}
    out["asked"] = out["asked"] or bool(_ASKING.search(plain))
    return tuple(float(out[name]) for name in CUES)


def usual(lines: Sequence[str]) -> tuple[float, ...]:
    """Return the share of lines that have each cue; halves where there are no lines."""
    if not lines:
        return (0.5,) * len(CUES)
    rows = [stance(line) for line in lines]
    return tuple(sum(column) / len(rows) for column in zip(*rows, strict=True))
