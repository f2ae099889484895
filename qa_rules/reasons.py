"""Why a card is shown, in words for the agent."""

from models.types import Channel
from qa_rules.index import speaks
from qa_rules.types import Evidence
from qa_rules.wording import ANGER, Wording


def spoken_by(speaker: str, proof: tuple[Evidence, ...]) -> bool:
    """Return whether words that raise a hint are the speaker's; told things are anyone's."""
    channels = [e.channel for e in proof if e.channel is not None]
    return not channels or any(speaks(speaker, c) for c in channels)


def quoted(proof: tuple[Evidence, ...]) -> str:
    """Return who said what, empty where nobody did."""
    if not proof:
        return ""
    channel = proof[0].channel
    if channel is None:
        return proof[0].quote
    who = {Channel.AGENT: "you", Channel.CUSTOMER: "customer"}.get(channel, "heard")
    return f'{who}: "{proof[0].quote}"'


def raised_by(name: str, wording: Wording) -> str:
    """Return in words what raised a hint that no words did."""
    kind, _, rest = name.partition(":")
    if kind == "anger":
        return ANGER[int(rest)]
    if kind == "silence":
        return f"{rest} s of silence"
    if kind == "item":
        item, _, state = rest.partition(":")
        return f"{wording.item(item)}: {state.replace('_', ' ')}"
    return wording.intent(rest) if kind == "intent" else wording.event(rest)
