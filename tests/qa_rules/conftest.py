"""Small packs for tests, and calls played through them."""

import textwrap

import pytest

from models.types import Channel, Utterance
from qa_rules.live import RuleRun
from qa_rules.packs import load_packs
from qa_rules.types import CallFacts

FORM = """
form:
  pass_mark: 80
  sections:
    opening: {title: Opening, weight: 40}
    compliance: {title: Compliance, weight: 40}
    closing: {title: Closing, weight: 20}
"""


class Call:
    """A call of a pack: `agent` and `customer` speak, `wait` lets time pass; `out` has it all."""

    def __init__(self, packs, **facts):
        self.packs = packs
        self.facts = CallFacts(**facts)
        self.run = RuleRun(packs, self.facts)
        self.out = []
        self._next = 0

    def say(self, channel, at, text, *, seconds=2.0, labels=(), confidence=None):
        said = Utterance(self._next, channel, at, at + seconds, text, confidence)
        self._next += 1
        return self._take(self.run.utterance(said, labels))

    def agent(self, at, text, **more):
        return self.say(Channel.AGENT, at, text, **more)

    def customer(self, at, text, **more):
        return self.say(Channel.CUSTOMER, at, text, **more)

    def mixed(self, at, text, **more):
        return self.say(Channel.MIXED, at, text, **more)

    def wait(self, at):
        return self._take(self.run.advance(at))

    def tell(self, event, at, value=None):
        return self._take(self.run.tell(event, at, value))

    def end(self, at, metrics=None):
        return self._take(self.run.end(at, metrics))

    def finding(self, item):
        return next(f for f in self.run.findings() if f.rule_id == item)

    def state(self, item):
        return self.finding(item).state.value

    def _take(self, outputs):
        self.out.extend(outputs)
        return outputs

    def of(self, kind):
        return [o for o in self.out if isinstance(o, kind)]


@pytest.fixture
def packs(tmp_path):
    """Return a function that reads one pack's text, with a form where it has none."""

    def make(text):
        body = textwrap.dedent(text)
        form = "" if "form:" in body else FORM
        (tmp_path / "t.yaml").write_text(f"pack: t\ntitle: T\n{form}{body}")
        return load_packs(["t"], [tmp_path])

    return make


@pytest.fixture
def call(packs):
    """Return a function that begins a call of one pack's text."""

    def make(text, **facts):
        return Call(packs(text), **facts)

    return make
