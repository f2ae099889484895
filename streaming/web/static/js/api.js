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

/** Look for articles. @param {string} query @param {string} queue */
export function findCards(query, queue) {
  return ask(`/api/v1/knowledge/search?q=${encodeURIComponent(query)}&queue=${encodeURIComponent(queue)}`);
}

/** Ask for the card that surely answers a customer. @param {string} text @param {string} queue */
export function suggestCard(text, queue) {
  return ask("/api/v1/knowledge/suggest", "POST", { text, queue });
}

/** Say that a search did not help. @param {string} query @param {"nothing" | "unhelpful"} why @param {string} queue @param {string} agent */
export function sendGap(query, why, queue, agent) {
  return ask("/api/v1/knowledge/gaps", "POST", { query, why, queue, asked_by: agent });
}

/** @param {string} callId */
export function getBrief(callId) {
  return ask(address(callId, "/brief"));
}

/** @param {string} callId */
export function getChoices(callId) {
  return ask(address(callId, "/choices"));
}

/** Where the after-call work goes, and how far it is. @param {string} callId */
export function getSends(callId) {
  return ask(address(callId, "/sends"));
}

/** Send the after-call work as it was last saved. @param {string} callId */
export function sendWork(callId) {
  return ask(address(callId, "/sends"), "POST");
}

/** @param {string} callId @param {number} item */
export function retrySend(callId, item) {
  return ask(address(callId, `/sends/${item}/retry`), "POST");
}

/** What of one's own could not be sent. */
export function getUnsent() {
  return ask("/api/v1/sends");
}
