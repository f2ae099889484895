import assert from "node:assert/strict";
import { test } from "node:test";

import { added, blank, changed, filled, moodWords, named, removed } from "../../streaming/web/static/js/desk/draft.js";

const heard = { id: "order", title: "Order", quote: "my order", utterance_id: 3, at: 8, confidence: 0.9 };
const work = { ...blank(), reason: heard, other_reasons: [], summary: [{ kind: "issue", text: "a", utterance_id: 1 }, { kind: "next", text: "b", utterance_id: 2 }] };

test("a reason that was heard keeps its words, one that is written has none", () => {
  assert.equal(named(work, "reason", "Order", [heard]).reason, heard);
  const written = named(work, "reason", "Something else", [heard]).reason;
  assert.deepEqual([written.title, written.utterance_id], ["Something else", null]);
  assert.equal(named(work, "reason", "", [heard]).reason, null);
});

test("lines are changed, removed and added without touching the others", () => {
  const edited = changed(work, "summary", 1, { text: "c" });
  assert.deepEqual(edited.summary.map((l) => l.text), ["a", "c"]);
  assert.equal(edited.summary[0], work.summary[0]);
  assert.equal(edited.summary[1].utterance_id, 2);
  assert.deepEqual(removed(work, "summary", 0).summary.map((l) => l.text), ["b"]);
  assert.equal(added(work, "promises").promises.length, 1);
  assert.deepEqual(work.summary.map((l) => l.text), ["a", "b"]);
});

test("two added lines do not share their content", () => {
  const two = changed(added(added(work, "follow_ups"), "follow_ups"), "follow_ups", 0, { title: "x" });
  assert.deepEqual(two.follow_ups.map((l) => l.title), ["x", ""]);
});

test("a captured field keeps its source when its value is corrected", () => {
  const fields = { name: { title: "Name", value: "Morgn", utterance_id: 5, quote: "Morgn" } };
  assert.deepEqual(filled({ ...work, fields }, "name", "Morgan").fields.name, { ...fields.name, value: "Morgan" });
});

test("the mood is told in words", () => {
  const word = (n) => ["calm", "irritated", "angry"][n];
  assert.equal(moodWords({ start: 0, end: 0, peak: 0 }, word), "calm throughout");
  assert.equal(moodWords({ start: 0, end: 1, peak: 2 }, word), "calm at first, irritated at the end; at worst angry");
  assert.equal(moodWords(null, word), "");
});
