"""A call played through packs and scored: its numbered events, as they are stored."""

from models.types import Channel, Utterance
from pipeline.events import CallEnded, CallStarted
from pipeline.reading import Reading
from pipeline.redact import Redactor
from pipeline.scoring import Outcome, conclude
from qa_rules.live import RuleRun
from qa_rules.types import CallFacts

AT = "2026-05-01T12:00:00Z"
SIDES = (Channel.AGENT, Channel.CUSTOMER)


def scored_call(packs, *lines, call_id="c1", seconds=60.0, queue=""):
    """Return the events of a call; a line that begins with "customer: " is the customer's."""
    facts = CallFacts(queue=queue)
    rules = RuleRun(packs, facts)
    reading = Reading(rules, Redactor())
    events = [
        CallStarted(
            call_id, AT, "", queue, "inbound", "en", SIDES, 8000, packs.names, rules.checklist()
        )
    ]
    for n, text in enumerate(lines):
        who = Channel.CUSTOMER if text.startswith("customer: ") else Channel.AGENT
        said = Utterance(n, who, 5.0 * n, 5.0 * n + 3, text.removeprefix("customer: "))
        events += reading.advance(said.start)
        events += reading.say(said)[0]
    events += [*reading.end(seconds), CallEnded(seconds, "completed")]
    events += conclude(Outcome(reading, packs, facts, seconds, AT))
    return list(enumerate(events, 1))
