import assert from "node:assert/strict";
import { test } from "node:test";

import { CONFIRM_MS, HOLD_MS, LEAVE_MS, SNOOZE_MS, deck } from "../../streaming/web/static/js/hints.js";
import { callSeconds, complete, initial, reduce } from "../../streaming/web/static/js/store.js";

const item = (rule_id, more = {}) => ({
  rule_id, label: rule_id, title: rule_id, severity: "REQ", section: "Opening", example: "", due_s: null, pack: "p", ...more,
});
const started = (checklist = []) => ({
  type: "CallStarted", call_id: "c1", started_at: "2026-01-01T00:00:00Z", agent: "Ana", queue: "billing",
  direction: "inbound", language: "en", channels: ["agent", "customer"], rate_hz: 8000, packs: [], checklist,
});
const said = (id, channel, start, end, text) => ({
  type: "UtteranceFinal", redacted: [], utterance: { id, channel, start, end, text, confidence: 0.9, words: [] },
});
const partial = (id, channel, start, until, text, stable = 0) => ({
  type: "PartialTranscript", channel, utterance_id: id, start, until, text, stable,
});
const hint = (id, more = {}) => ({
  id, rule_id: id, text: `do ${id}`, at: 1, expires_at: 1000, priority: "normal", detail: "", why: "", topic: "", evidence: [], ...more,
});
const raised = (id, more) => ({ type: "HintRaised", hint: hint(id, more) });
const previewed = (id, utterance_id, more) => ({ type: "HintPreviewed", hint: hint(id, more), utterance_id });
const cleared = (hint_id, reason) => ({ type: "HintCleared", hint_id, reason, at: 2 });
const speech = (channel, on, at = 1) => ({ type: on ? "SpeechStarted" : "SpeechStopped", channel, utterance_id: 9, at });

function play(...steps) {
  let seq = 0;
  let state = initial("c1");
  for (const step of steps) {
    const [event, now] = Array.isArray(step) ? step : [step, 0];
    const ephemeral = ["SpeechStarted", "SpeechStopped", "PartialTranscript", "HintPreviewed", "Degraded"];
    if (event.kind) state = reduce(state, { now, ...event });
    else state = reduce(state, { kind: "event", now, event, seq: ephemeral.includes(event.type) ? null : (seq += 1) });
  }
  return state;
}
const shown = (state) => deck(state.hints).primary?.hint.id ?? null;

test("a number seen before changes nothing", () => {
  const one = play(started(), said(1, "agent", 0, 1, "hello"));
  const two = reduce(one, { kind: "event", now: 0, seq: 2, event: said(1, "agent", 0, 1, "hello") });
  assert.equal(two, one);
});

test("a newer partial replaces the older and the final replaces both", () => {
  const open = play(started(), partial(1, "agent", 0, 1, "hel"), partial(1, "agent", 0, 2, "hello th", 5));
  assert.deepEqual(Object.values(open.open).map((p) => p.text), ["hello th"]);
  const done = reduce(open, { kind: "event", now: 0, seq: 9, event: said(1, "agent", 0, 2, "Hello there.") });
  assert.deepEqual(done.open, {});
  assert.deepEqual(done.turns.map((t) => t.text), ["Hello there."]);
});

test("a late partial of a finished utterance is not shown again", () => {
  const state = play(started(), said(1, "agent", 0, 1, "hello"), partial(1, "agent", 0, 1, "hel"));
  assert.deepEqual(state.open, {});
});

test("turns stand in the order in which they began", () => {
  const state = play(started(), said(1, "agent", 0, 9, "a"), said(3, "agent", 10, 11, "c"), said(2, "customer", 4, 6, "b"));
  assert.deepEqual(state.turns.map((t) => t.id), [1, 2, 3]);
});

test("a redaction rewrites the earlier turn", () => {
  const state = play(started(), said(1, "customer", 0, 2, "4539"),
    { type: "UtteranceRedacted", utterance_id: 1, text: "[card]", redacted: ["card"] });
  assert.deepEqual([state.turns[0].text, state.turns[0].redacted], ["[card]", ["card"]]);
});

test("a checklist item takes its finding and a manual tick apart from it", () => {
  const finding = { rule_id: "a", title: "a", severity: "REQ", state: "missed", evidence: [] };
  const state = play(started([item("a"), item("b")]), { type: "ChecklistChanged", finding }, { kind: "manual", item: "a" });
  assert.equal(state.rows[0].finding.state, "missed");
  assert.equal(state.rows[0].manual, true);
  assert.equal(state.rows[1].finding, null);
});

test("the clock runs between events and audio moves it on", () => {
  const state = play([started(), 1000], [partial(1, "agent", 0, 5, "x"), 2000]);
  assert.equal(callSeconds(state, 2000), 5);
  assert.equal(callSeconds(state, 3500), 6.5);
  const beat = reduce(state, { kind: "beat", now: 4000, beat: { seconds: 30 } });
  assert.equal(callSeconds(beat, 4000), 30);
});

test("a hint shows at once when the agent is silent", () => {
  assert.equal(shown(play(started(), raised("h"))), "h");
});

test("a hint waits for the end of the agent's sentence, at most four seconds", () => {
  const held = play(started(), speech("agent", true), [raised("h"), 1000]);
  assert.equal(shown(held), null);
  const stopped = reduce(held, { kind: "event", seq: null, now: 1500, event: speech("agent", false) });
  assert.equal(shown(stopped), "h");
  const waited = reduce(held, { kind: "tick", now: 1000 + HOLD_MS });
  assert.equal(shown(waited), "h");
});

test("a critical hint does not wait", () => {
  assert.equal(shown(play(started(), speech("agent", true), raised("h", { priority: "critical" }))), "h");
});

test("the customer's speech holds nothing", () => {
  assert.equal(shown(play(started(), speech("customer", true), raised("h"))), "h");
});

test("a preview that its utterance does not confirm goes quietly", () => {
  const state = play(started(), [previewed("h", 1), 0], [said(1, "customer", 0, 1, "no"), 1000]);
  assert.equal(shown(state), "h");
  const later = reduce(state, { kind: "tick", now: 1000 + CONFIRM_MS });
  assert.equal(shown(later), null);
  assert.deepEqual(later.hints.past, []);
  const other = reduce(state, { kind: "event", now: 1100, seq: 9, event: said(2, "agent", 1, 2, "ok") });
  assert.equal(shown(other), null);
});

test("a preview that is confirmed stays", () => {
  const state = play(started(), [previewed("h", 1), 0], said(1, "customer", 0, 1, "yes"), raised("h"), [{ kind: "tick" }, 9000]);
  assert.equal(shown(state), "h");
});

test("a lost line takes what was only previewed", () => {
  const state = play(started(), previewed("h", 1), raised("k"), { kind: "connection", state: "lost" });
  assert.deepEqual(state.hints.cards.map((c) => c.hint.id), ["k"]);
});

test("a dismissed preview does not come back when it is raised", () => {
  const state = play(started(), previewed("h", 1), { kind: "fate", hint: "h", fate: "dismissed" }, raised("h"));
  assert.equal(shown(state), null);
});

test("the card being read keeps its place; only a more urgent one takes it", () => {
  const two = play(started(), [raised("a"), 1], [raised("b"), 2]);
  assert.equal(shown(two), "a");
  assert.deepEqual(deck(two.hints).small.map((c) => c.hint.id), ["b"]);
  const three = reduce(two, { kind: "event", now: 3, seq: 9, event: raised("c", { priority: "critical" }) });
  assert.equal(shown(three), "c");
});

test("no more than three cards are drawn", () => {
  const state = play(started(), ...["a", "b", "c", "d", "e"].map((id, at) => [raised(id), at]));
  const { small, more } = deck(state.hints);
  assert.deepEqual([small.map((c) => c.hint.id), more], [["e", "d"], 2]);
});

test("what the agent said shows its tick and goes", () => {
  const state = play(started(), raised("h"), [cleared("h", "said"), 100]);
  assert.equal(shown(state), "h");
  assert.equal(shown(reduce(state, { kind: "tick", now: 100 + LEAVE_MS })), null);
});

test("a replaced hint goes at once", () => {
  assert.equal(shown(play(started(), raised("h"), cleared("h", "replaced"))), null);
});

test("a hint that was cleared before it came stays away", () => {
  assert.equal(shown(play(started(), cleared("h", "expired"), raised("h"))), null);
});

test("a snoozed hint comes back though the server let it expire, but not once it is said", () => {
  const away = play(started(), raised("h"), [{ kind: "fate", hint: "h", fate: "snoozed" }, 100], cleared("h", "expired"));
  assert.equal(shown(away), null);
  assert.equal(shown(reduce(away, { kind: "tick", now: 100 + SNOOZE_MS })), "h");
  const saidMeanwhile = reduce(away, { kind: "event", now: 200, seq: 99, event: cleared("h", "said") });
  assert.equal(shown(reduce(saidMeanwhile, { kind: "tick", now: 100 + SNOOZE_MS })), null);
});

test("a hint past its time goes by the call's clock", () => {
  const state = play([started(), 1], [raised("h", { expires_at: 10 }), 1]);
  assert.equal(shown(reduce(state, { kind: "tick", now: 9000 })), "h");
  assert.equal(shown(reduce(state, { kind: "tick", now: 10500 })), null);
});

test("the end of the call clears the desk and waits for score and after-call work", () => {
  const over = play(started(), raised("h"), partial(1, "agent", 0, 1, "x"), { type: "CallEnded", seconds: 61, reason: "completed" });
  assert.deepEqual([over.phase, shown(over), over.open, callSeconds(over, 1e9)], ["over", null, {}, 61]);
  assert.equal(complete(over), false);
  const scored = reduce(over, { kind: "event", now: 0, seq: 98, event: { type: "CallScored", scorecard: {} } });
  const done = reduce(scored, { kind: "event", now: 0, seq: 99, event: { type: "WrapupReady", wrapup: {} } });
  assert.equal(complete(done), true);
});

test("quality that fell is shown until it is back", () => {
  const down = play(started(), { type: "Degraded", what: "partials", active: true, detail: "busy" });
  assert.deepEqual(down.degraded, { partials: "busy" });
  const up = reduce(down, { kind: "event", seq: null, now: 0, event: { type: "Degraded", what: "partials", active: false, detail: "" } });
  assert.deepEqual(up.degraded, {});
});

test("five thousand turns with partials between them are cheap", () => {
  let state = play(started());
  const begun = performance.now();
  for (let id = 1; id <= 5000; id += 1) {
    state = reduce(state, { kind: "event", seq: null, now: id, event: partial(id, "agent", id, id + 1, "so far") });
    state = reduce(state, { kind: "event", seq: id + 1, now: id, event: said(id, "agent", id, id + 1, "so far so good") });
  }
  assert.equal(state.turns.length, 5000);
  assert.ok(performance.now() - begun < 5000);
});

test("an unknown event is passed over", () => {
  const state = play(started());
  assert.deepEqual(reduce(state, { kind: "event", seq: 50, now: 0, event: { type: "Unheard" } }), { ...state, seq: 50 });
});

test("a supervisor's note comes once and is seen once", () => {
  const note = { type: "NoteSent", note_id: "n1", text: "Offer the fee back", by: "Sam", at: 4, seen: false };
  let state = reduce(initial("c"), { kind: "event", now: 0, seq: 1, event: note });
  state = reduce(state, { kind: "event", now: 0, seq: 1, event: note });
  assert.deepEqual(state.notes.map((n) => [n.text, n.seen]), [["Offer the fee back", false]]);
  state = reduce(state, { kind: "event", now: 0, seq: 2, event: { ...note, seen: true } });
  assert.deepEqual(state.notes.map((n) => n.seen), [true]);
});
