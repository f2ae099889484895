// @ts-check
/** The few requests that the pages make. */

/** A request that was answered with a problem document, or not at all. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** @param {string} callId @param {string} path */
function address(callId, path) {
  return `/api/v1/calls/${encodeURIComponent(callId)}${path}`;
}

/** @param {string} url @param {string} [method] @param {object} [body] */
async function ask(url, method = "GET", body = undefined) {
  /** @type {Record<string, string>} */
  const sent = body === undefined ? {} : { "Content-Type": "application/json" };
  const answer = await fetch(url, {
    method,
    headers: { Accept: "application/json", ...sent },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(10000),
    keepalive: method !== "GET",
  });
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    throw new Refused(answer.status, problem.detail ?? answer.statusText);
  }
  return answer.status === 204 ? null : answer.json();
}

/** Say what became of a hint. @param {string} callId @param {string} hint @param {string} fate @param {number} at */
export function sendFate(callId, hint, fate, at) {
  return ask(address(callId, `/hints/${encodeURIComponent(hint)}`), "POST", { fate, at });
}

/** Tick an item by hand. @param {string} callId @param {string} item @param {string} note */
export function sendTick(callId, item, note) {
  return ask(address(callId, `/items/${encodeURIComponent(item)}/tick`), "POST", { note });
}

/** @param {string} callId @param {object} wrapup @param {string} editor */
export function saveWrapup(callId, wrapup, editor) {
  return ask(address(callId, "/wrapup"), "PUT", { wrapup, edited_by: editor });
}

/** @param {string} callId */
export function getPeaks(callId) {
  return ask(address(callId, "/peaks"));
}

/** @param {string} callId */
export function getWrapup(callId) {
  return ask(address(callId, "/wrapup"));
}

/** Keep a draft of a review as it stands. @param {string} review @param {object} draft */
export function saveReview(review, draft) {
  return ask(`/api/v1/reviews/${encodeURIComponent(review)}`, "PUT", draft);
}
