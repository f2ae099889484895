// @ts-check
/** Who needs a supervisor most, and how alerts are listed so that many at once stay legible. Pure. */

/** @typedef {import("./state.js").Wall} Wall */
/** @typedef {import("./state.js").Call} Call */
/** @typedef {import("./state.js").Alert} Alert */

/** The order in one sentence, for the page. */
export const ORDER_WORDS =
  "Most in need first: the highest open alert, then anger, missed must-says, silence over 30 s, then the longest call.";
export const SILENCE_S = 30;
/** So many calls with unanswered alerts of one minute become one line. */
export const STORM = 5;
export const STORM_MS = 60000;

/** How long nobody has spoken, at this second; 0 while the call is on hold. @param {Call} call @param {number} seconds */
export function silence(call, seconds) {
  return call.quiet_at === null || call.hold_at !== null ? 0 : Math.max(0, seconds - call.quiet_at);
}

/** The ids of all calls, those in need first; equal needs keep a fixed order. @param {Wall} wall @param {number} now */
export function byNeed(wall, now) {
  /** @type {Record<string, number>} */
  const alerted = {};
  for (const alert of Object.values(wall.alerts))
    alerted[alert.call_id] = Math.max(alerted[alert.call_id] ?? 0, alert.level);
  const keyed = Object.values(wall.calls).map((call) => {
    const seconds = call.over ? call.seconds : call.seconds + (now - call.at) / 1000;
    const quiet = silence(call, seconds) > SILENCE_S ? 1 : 0;
    return { id: call.id, key: [alerted[call.id] ?? 0, call.anger, call.missed.length, quiet, Math.round(seconds / 5)] };
  });
  keyed.sort((a, b) => {
    for (let n = 0; n < a.key.length; n += 1) if (a.key[n] !== b.key[n]) return b.key[n] - a.key[n];
    return a.id < b.id ? -1 : 1;
  });
  return keyed.map(({ id }) => id);
}

/** The open alert of a call that weighs most. @param {Wall} wall @param {string} callId @returns {Alert | null} */
export function alertOf(wall, callId) {
  let found = null;
  for (const alert of Object.values(wall.alerts))
    if (alert.call_id === callId && (!found || alert.level > found.level)) found = alert;
  return found;
}

/**
 * The open alerts as lines: unanswered ones first, then by level, then the latest. Where at least
 * STORM calls raised one within a minute, those are one line.
 * @param {Wall} wall
 * @returns {{alerts: Alert[], storm: Alert[]}}
 */
export function alertLines(wall) {
  const all = Object.values(wall.alerts);
  const rank = (/** @type {Alert} */ a) => (a.state === "raised" ? 10 : 0) + a.level;
  all.sort((a, b) => rank(b) - rank(a) || (a.raised_at < b.raised_at ? 1 : -1));
  const storm = stormOf(all.filter((a) => a.state === "raised"));
  return { alerts: all.filter((a) => !storm.includes(a)), storm };
}

/** The alerts of the fullest minute, where they are of enough calls. @param {Alert[]} raised */
function stormOf(raised) {
  const at = (/** @type {Alert} */ a) => Date.parse(a.raised_at);
  const sorted = [...raised].sort((a, b) => at(a) - at(b));
  /** @type {Alert[]} */
  let best = [];
  let first = 0;
  for (let last = 0; last < sorted.length; last += 1) {
    while (at(sorted[last]) - at(sorted[first]) > STORM_MS) first += 1;
    if (last - first + 1 > best.length) best = sorted.slice(first, last + 1);
  }
  return new Set(best.map((a) => a.call_id)).size >= STORM ? best : [];
}
