import assert from "node:assert/strict";
import { test } from "node:test";

import { watchQuestions } from "../../streaming/web/static/js/desk/answers.js";
import { deck, noHints, raiseHint, settle } from "../../streaming/web/static/js/hints.js";

const turn = (id, text, channel = "customer") => ({ id, channel, text });
const state = (turns, more = {}) => ({ callId: "c1", caughtUp: true, phase: "live", call: { queue: "q" }, turns, ...more });
const settled = () => new Promise((done) => setTimeout(done, 0));

function watching(on = () => true) {
  const asked = [];
  const offers = [];
  const ask = async (text, queue) => {
    asked.push([text, queue]);
    return { card: text.includes("bill") ? { id: "bill" } : null };
  };
  return { asked, offers, look: watchQuestions({ on, now: () => 7, ask, found: (offer) => offers.push(offer) }) };
}

test("what the customer asks is looked up once, and what was said before is past", async () => {
  const { asked, offers, look } = watching();
  look(state([turn(1, "when is the bill due then")], { caughtUp: false }));
  look(state([turn(1, "when is the bill due then")]));
  await settled();
  assert.deepEqual(asked, []);
  const turns = [turn(1, "x"), turn(2, "and when is my bill due"), turn(3, "I will look at the bill", "agent"), turn(4, "ok thanks")];
  look(state(turns));
  look(state(turns));
  await settled();
  assert.deepEqual(asked, [["and when is my bill due", "q"]]);
  assert.deepEqual(offers, [{ card: { id: "bill" }, turn: 2, at: 7 }]);
});

test("of many questions the newest is asked, and quiet mode asks none", async () => {
  const { asked, look } = watching();
  look(state([]));
  look(state([turn(1, "one two three four"), turn(2, "five six seven eight")]));
  await settled();
  assert.deepEqual(asked, [["five six seven eight", "q"]]);
  const quiet = watching(() => false);
  quiet.look(state([]));
  quiet.look(state([turn(1, "when is my bill due")]));
  await settled();
  assert.deepEqual(quiet.asked, []);
});

test("quiet mode draws critical cards only, and keeps the others", () => {
  const hint = (id, priority) => ({ id, rule_id: id, text: id, at: 0, expires_at: 99, priority, detail: "", why: "", topic: "", evidence: [] });
  let hints = raiseHint(noHints(), hint("n", "normal"), 0);
  hints = settle(hints, { now: 1, seconds: 1, agentSpeaking: false, over: false });
  assert.equal(deck(hints, true).primary, null);
  assert.equal(deck(hints).primary.hint.id, "n");
  hints = settle(raiseHint(hints, hint("c", "critical"), 2), { now: 2, seconds: 1, agentSpeaking: false, over: false });
  assert.equal(deck(hints, true).primary.hint.id, "c");
  assert.deepEqual(deck(hints, true).small, []);
});
