import assert from "node:assert/strict";
import { test } from "node:test";

import { alertLines, alertOf, byNeed, silence } from "../../streaming/web/static/js/wall/need.js";
import { choices, initialWall, reduce, secondsOf, shown, waitingToMove } from "../../streaming/web/static/js/wall/state.js";

const call = (id, more = {}) => ({
  id, agent: id.toUpperCase(), queue: "Parcels", direction: "inbound", seconds: 60, anger: 0, flagged: false, trend: 0, why: [],
  quiet_at: null, both_at: null, overtalk_s: 0, hold_at: null, done: 1, total: 9, open: [], missed: [], hint: null, note: null, ...more,
});
const alert = (id, call_id, more = {}) => ({
  id, call_id, agent: call_id, queue: "Parcels", kind: "anger", level: 2, title: "Angry", quote: "no", second: 3, state: "raised",
  raised_at: "2026-05-01T12:00:00.000+00:00", opened_at: "", acknowledged_by: "", also: [], live: true, ...more,
});
const hello = (calls, more = {}, now = 0) => reduce(initialWall(), { kind: "hello", now, body: { calls, alerts: [], teams: {}, ...more } });
const news = (wall, more, now = 0) => reduce(wall, { kind: "wall", now, body: { calls: [], alerts: [], gone: [], ...more } });
const settle = (wall, now = 0, held = false) => reduce(wall, { kind: "settle", now, held });

test("a late comer sees all calls in their order at once", () => {
  const wall = hello([call("a", { seconds: 10 }), call("b", { seconds: 99 }), call("c", { anger: 2 })]);
  assert.deepEqual(wall.order, ["c", "b", "a"]);
  assert.equal(wall.connection, "live");
});

test("need: alerts before anger before missed items before silence before length", () => {
  const calls = [call("long", { seconds: 900 }), call("quiet", { quiet_at: 20 }), call("missed", { missed: ["x"] }), call("cross", { anger: 3 }), call("alerted")];
  const wall = hello(calls, { alerts: [alert("1", "alerted", { level: 1 })] });
  assert.deepEqual(wall.order, ["alerted", "cross", "missed", "quiet", "long"]);
  assert.deepEqual(byNeed(wall, 0), byNeed(wall, 1000));
});

test("a held call is not silent", () => {
  assert.equal(silence(call("a", { quiet_at: 10 }), 60), 50);
  assert.equal(silence(call("a", { quiet_at: 10, hold_at: 12 }), 60), 0);
  assert.equal(silence(call("a"), 60), 0);
});

test("the order stands still until it is settled, and not while it is held", () => {
  let wall = hello([call("a", { seconds: 90 }), call("b", { seconds: 30 })]);
  wall = news(wall, { calls: [call("b", { anger: 3, seconds: 31 })] });
  assert.deepEqual(wall.order, ["a", "b"]);
  assert.equal(waitingToMove(wall, 0), 2);
  assert.equal(settle(wall, 0, true), wall);
  assert.deepEqual(settle(wall).order, ["b", "a"]);
  const calm = settle(wall);
  assert.equal(settle(calm), calm, "nothing to do makes no new state");
});

test("a new call comes behind the others, one that is over stays where it was until then", () => {
  let wall = hello([call("a"), call("b", { seconds: 20 })]);
  wall = news(wall, { calls: [call("n", { anger: 4 })], gone: ["a"] }, 5000);
  assert.deepEqual(wall.order, ["a", "b", "n"]);
  assert.equal(wall.calls.a.over, true);
  assert.equal(secondsOf(wall.calls.a, 60000), 65);
  assert.deepEqual(settle(wall, 5000).order, ["n", "b"]);
  assert.equal(settle(wall, 5000).calls.a, undefined);
});

test("after a broken line the tiles stay, and a beat sets the clocks", () => {
  let wall = hello([call("a", { seconds: 90 }), call("b", { seconds: 30 })]);
  wall = reduce(wall, { kind: "connection", now: 1, state: "lost" });
  wall = reduce(wall, { kind: "hello", now: 2, body: { calls: [call("b", { anger: 2 }), call("a"), call("z")], alerts: [], teams: {} } });
  assert.deepEqual(wall.order, ["a", "b", "z"]);
  wall = reduce(wall, { kind: "beat", now: 1000, body: { seconds: { a: 500, gone: 1 } } });
  assert.equal(secondsOf(wall.calls.a, 2000), 501);
});

test("alerts come, change and go; closed ones are no longer shown", () => {
  let wall = hello([call("a")]);
  wall = news(wall, { alerts: [alert("1", "a"), alert("2", "a", { level: 3 })] });
  assert.equal(alertOf(wall, "a")?.id, "2");
  const { live, ...answer } = alert("2", "a", { state: "acknowledged", acknowledged_by: "Sam" });
  wall = reduce(wall, { kind: "alert", now: 0, alert: answer });
  assert.deepEqual([wall.alerts["2"].state, wall.alerts["2"].live], ["acknowledged", true]);
  assert.deepEqual(alertLines(wall).alerts.map((a) => a.id), ["1", "2"], "the unanswered one first");
  wall = news(wall, { alerts: [alert("1", "a", { state: "false" }), alert("2", "a", { state: "resolved" })] });
  assert.deepEqual(wall.alerts, {});
});

test("five calls in one minute are a storm and one line; four, or five over an hour, are not", () => {
  const at = (n, minutes) => alert(`${n}`, `c${n}`, { raised_at: new Date(Date.UTC(2026, 4, 1, 12, n * minutes)).toISOString() });
  const many = (count, minutes) => alertLines(hello([], { alerts: Array.from({ length: count }, (_, n) => at(n, minutes)) }));
  assert.deepEqual([many(5, 0).storm.length, many(5, 0).alerts.length], [5, 0]);
  assert.equal(many(4, 0).storm.length, 0);
  assert.equal(many(5, 15).storm.length, 0);
  const one = Array.from({ length: 6 }, (_, n) => alert(`${n}`, "same"));
  assert.equal(alertLines(hello([], { alerts: one })).storm.length, 0, "one call is no storm");
});

test("team, queue and words filter what is shown", () => {
  let wall = hello([call("a"), call("b", { queue: "Billing", why: [{ quote: "third time", at: 3 }] })], { teams: { A: "North", B: "South" } });
  const ids = (filter) => shown(reduce(wall, { kind: "filter", now: 0, filter })).map((c) => c.id);
  assert.deepEqual(ids({ team: "North" }), ["a"]);
  assert.deepEqual(ids({ queue: "Billing" }), ["b"]);
  assert.deepEqual(ids({ text: "THIRD south" }), ["b"]);
  assert.deepEqual(ids({ text: "third", team: "North" }), []);
  assert.deepEqual(choices(wall), { teams: ["North", "South"], queues: ["Billing", "Parcels"] });
});
