import assert from "node:assert/strict";
import { test } from "node:test";

import { wait } from "../../streaming/web/static/js/socket.js";

test("waits grow, never pass ten seconds, and differ by chance", () => {
  const least = [0, 1, 2, 3, 4, 5, 6, 50].map((n) => wait(n, 0));
  const most = [0, 1, 2, 3, 4, 5, 6, 50].map((n) => wait(n, 1));
  assert.deepEqual(most, [250, 500, 1000, 2000, 4000, 8000, 10000, 10000]);
  assert.deepEqual(least, most.map((ms) => ms / 2));
});
