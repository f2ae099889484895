import assert from "node:assert/strict";
import { test } from "node:test";

import { current } from "../../streaming/web/static/js/call/follow.js";
import { reduceWall, wallNow } from "../../streaming/web/static/js/wall.js";

const call = (call_id, more = {}) => ({ call_id, agent: "", queue: "", direction: "inbound", seconds: 0, anger: 0, flagged: false, ...more });
const say = (wall, data, now = 0) => reduceWall(wall, { kind: "message", data, now });

test("what the server lists replaces what was known", () => {
  const one = say(undefined, { hello: { calls: [call("a"), call("b")] } });
  const two = say(one, { beat: { calls: [call("b", { seconds: 9 })] } });
  assert.deepEqual(two.calls.map((c) => [c.call_id, c.seconds]), [["b", 9]]);
});

test("calls come and go with their events", () => {
  let wall = say(undefined, { hello: { calls: [] } });
  wall = say(wall, { call: "a", event: { type: "CallStarted", agent: "Ana", queue: "q", direction: "inbound" } }, 1000);
  assert.deepEqual(wallNow(wall, 3500).map((c) => c.seconds), [2.5]);
  wall = say(wall, { call: "a", event: { type: "CallEnded" } });
  assert.deepEqual(wall.calls, []);
});

test("the call in need stands first", () => {
  let wall = say(undefined, { hello: { calls: [call("calm", { seconds: 99 }), call("cross")] } });
  wall = say(wall, { call: "cross", event: { type: "AngerChanged", anger: { level: 2, flagged: true } } });
  assert.deepEqual(wallNow(wall, 0).map((c) => c.call.call_id), ["cross", "calm"]);
});

test("the turn being played is the last that has begun", () => {
  const starts = [0.5, 2, 2, 7];
  assert.deepEqual([0, 0.5, 1.9, 2, 6.9, 100].map((at) => current(starts, at)), [-1, 0, 0, 2, 2, 3]);
  assert.equal(current([], 5), -1);
});
