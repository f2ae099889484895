// @ts-check
/** Changes to the after-call work: each takes it and gives it back changed. Pure. */

/**
 * @typedef {{id: string, title: string, quote: string, utterance_id: number | null,
 *   at: number | null, confidence: number}} Found
 * @typedef {{reason: Found | null, other_reasons: Found[], outcome: Found | null,
 *   dispositions: {id: string, title: string, why: string}[],
 *   disposition?: {id: string, title: string} | null, promises: any[], follow_ups: any[],
 *   fields: Record<string, any>, summary: any[], needs_review: string[], mood: any,
 *   confirmed?: boolean, note?: string}} Work
 */

export const OUTCOMES = ["Resolved", "Pending", "Escalated", "Transferred", "Dropped"];

/** A form to write by hand, where no draft came. @returns {Work} */
export function blank() {
  return {
    reason: null,
    other_reasons: [],
    outcome: null,
    dispositions: [],
    promises: [],
    follow_ups: [],
    fields: {},
    summary: [{ kind: "issue", text: "", utterance_id: null }],
    needs_review: [],
    mood: null,
  };
}

/** Name the reason or outcome; one that the call spoke for keeps its quote. */
export function named(
  /** @type {Work} */ work,
  /** @type {"reason" | "outcome"} */ part,
  /** @type {string} */ title,
  /** @type {Found[]} */ heard,
) {
  const known = heard.find((found) => found.title === title);
  const written = { id: "", title, quote: "", utterance_id: null, at: null, confidence: 1 };
  return { ...work, [part]: title === "" ? null : known ?? written };
}

/** Change one line of a list. @param {Work} work @param {"promises" | "follow_ups" | "summary"} list @param {number} at @param {object} change @returns {Work} */
export function changed(work, list, at, change) {
  const lines = work[list].map((line, n) => (n === at ? { ...line, ...change } : line));
  return { ...work, [list]: lines };
}

/** @param {Work} work @param {"promises" | "follow_ups" | "summary"} list @param {number} at @returns {Work} */
export function removed(work, list, at) {
  return { ...work, [list]: work[list].filter((_, n) => n !== at) };
}

const FRESH = {
  promises: { who: "agent", quote: "", due: null, due_words: "", task: "", sure: true, utterance_id: null, at: null },
  follow_ups: { task: "other", title: "", owner: "agent", due: null, due_words: "", quote: "", utterance_id: null },
  summary: { kind: "next", text: "", utterance_id: null },
};

/** @param {Work} work @param {"promises" | "follow_ups" | "summary"} list @returns {Work} */
export function added(work, list) {
  return { ...work, [list]: [...work[list], { ...FRESH[list] }] };
}

/** @param {Work} work @param {string} id @param {string} value @returns {Work} */
export function filled(work, id, value) {
  return { ...work, fields: { ...work.fields, [id]: { ...work.fields[id], value } } };
}

/** How the mood went, in words. @param {any} mood @param {(level: number) => string} word */
export function moodWords(mood, word) {
  if (!mood || typeof mood.peak !== "number") return "";
  const { start, end, peak } = mood;
  const way = start === end ? `${word(start)} throughout` : `${word(start)} at first, ${word(end)} at the end`;
  return peak > Math.max(start, end) ? `${way}; at worst ${word(peak)}` : way;
}
