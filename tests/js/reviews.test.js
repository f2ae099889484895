import assert from "node:assert/strict";
import { test } from "node:test";

import { draftOf, secondOf } from "../../streaming/web/static/js/reviews/form.js";

test("a second is read as people write it", () => {
  assert.equal(secondOf("75.5"), 75.5);
  assert.equal(secondOf("1:15"), 75);
  for (const bad of ["", " ", "soon", "-3", "1:x"]) assert.equal(secondOf(bad), null);
});

test("a draft holds what was answered or written, and leaves out what was not touched", () => {
  const data = new FormData();
  for (const [name, value] of [["whole", "1"], ["a.A-1", "no"], ["n.A-1", "late"], ["e.A-1", "asr"], ["s.A-1", "0:04"], ["a.B-2", ""], ["n.B-2", ""], ["strength", "Warm"]]) data.append(name, value);
  assert.deepEqual(draftOf(data), {
    answers: [{ question: "A-1", answer: "no", error: "asr", note: "late", second: 4 }],
    strength: "Warm",
    change: "",
  });
});
