// @ts-check
/** What the wall asks of the server. */
import { Refused } from "../api.js";

/** @param {string} path @param {object} body */
async function post(path, body) {
  const answer = await fetch(`/api/v1/wall${path}`, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10000),
  });
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, data.detail ?? answer.statusText);
  return data;
}

/** Write to the agent of a live call. @param {string} callId @param {string} text */
export function sendNote(callId, text) {
  return post(`/calls/${encodeURIComponent(callId)}/notes`, { text });
}

/** Open, acknowledge, resolve an alert, or call it false. @param {string} id @param {string} deed @param {string} [why] */
export function answerAlert(id, deed, why = "") {
  return post(`/alerts/${encodeURIComponent(id)}/${deed}`, { why });
}
