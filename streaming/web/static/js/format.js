// @ts-check
/** How times, levels and states are written. */

/** Seconds as m:ss, or h:mm:ss from an hour on. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Seconds for a screen reader. @param {number} seconds */
export function spoken(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const rest = `${whole % 60} second${whole % 60 === 1 ? "" : "s"}`;
  return minutes ? `${minutes} minute${minutes === 1 ? "" : "s"} ${rest}` : rest;
}

export const LEVELS = ["calm", "irritated", "angry", "threatens to leave", "abuse or danger"];

/** @param {number} level */
export function levelWord(level) {
  return LEVELS[level] ?? LEVELS[0];
}

export const CHANNELS = /** @type {Record<string, string>} */ ({
  agent: "Agent",
  customer: "Customer",
  mixed: "Recording",
});

/** What a checklist state is called; prohibited items are kept or broken. */
export function stateWord(/** @type {string} */ state, /** @type {boolean} */ prohibited) {
  if (prohibited && state === "done") return "kept";
  return STATES[state] ?? state;
}

const STATES = /** @type {Record<string, string>} */ ({
  waiting: "waiting",
  due: "due now",
  done: "done",
  late: "done late",
  missed: "missed",
  violated: "broken",
  "n/a": "not needed",
  needs_review: "needs review",
});

/** Whether saying the item is what is wrong. @param {string} severity */
export function isProhibited(severity) {
  return severity === "P" || severity === "P-AF";
}

/** Whether failing the item fails the call. @param {string} severity */
export function isCritical(severity) {
  return severity === "AF" || severity === "P-AF";
}
