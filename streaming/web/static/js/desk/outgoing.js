// @ts-check
/** What was sent from the desk and how far it is; what failed stays until it is tried again. */
import { getSends, getUnsent, retrySend } from "../api.js";
import { Icon, html } from "../ui.js";

/** @typedef {{id: number, call_id: string, connector: string, state: string, tries: number, reason: string}} Item */

const LOOK_MS = 2000;
const SENT_MS = 5000;

/** Keeps `items` up to date by call. @param {(items: Item[]) => void} changed */
export function keepOutgoing(changed) {
  /** @type {Map<string, Item[]>} */
  const calls = new Map();
  /** @type {Set<string>} */
  const watched = new Set();
  const tell = () => changed([...calls.values()].flat());

  function take(/** @type {string} */ callId, /** @type {Item[]} */ items) {
    calls.set(callId, items);
    tell();
    if (items.some((item) => item.state === "waiting")) watch(callId);
    else if (items.every((item) => item.state === "sent")) setTimeout(() => drop(callId), SENT_MS);
  }

  function drop(/** @type {string} */ callId) {
    if (calls.get(callId)?.some((item) => item.state !== "sent")) return;
    calls.delete(callId);
    tell();
  }

  function watch(/** @type {string} */ callId) {
    if (watched.has(callId)) return;
    watched.add(callId);
    setTimeout(() => {
      watched.delete(callId);
      getSends(callId).then((found) => take(callId, found.items), () => watch(callId));
    }, LOOK_MS);
  }

  return {
    take,
    /** @param {Item} item */
    retry: (item) => retrySend(item.call_id, item.id).then((found) => take(item.call_id, found.items), () => watch(item.call_id)),
    /** Find what was not sent when this page came. */
    begin: () =>
      getUnsent().then(
        (found) => {
          for (const item of found.items) calls.set(item.call_id, [...(calls.get(item.call_id) ?? []), item]);
          for (const [callId, items] of [...calls]) take(callId, items);
        },
        () => {},
      ),
  };
}

const WORDS = /** @type {Record<string, string>} */ ({ waiting: "waiting", sent: "sent", failed: "not sent" });

/** One line for each thing that went out. @param {{items: Item[], retry: (item: Item) => void, link?: boolean}} props */
export function Outgoing({ items, retry, link = true }) {
  if (items.length === 0) return null;
  return html`<ul class="outgoing" aria-label="After-call work sent">${items.map((item) => html`<li key=${item.id} data-sent=${item.state}>
    <${Icon} name=${item.state === "sent" ? "done" : item.state === "failed" ? "missed" : "waiting"} />
    <span><b>${item.connector}</b> ${WORDS[item.state] ?? item.state}${link && html` <a href=${`/calls/${encodeURIComponent(item.call_id)}/desk`}>call ${item.call_id}</a>`}
      ${item.reason && item.state !== "sent" && html`<small>${item.reason}${item.state === "waiting" ? "; it is tried again by itself" : ""}</small>`}</span>
    ${item.state !== "sent" && item.reason && html`<button type="button" class="button" onClick=${() => retry(item)}>
      Try again<span class="unseen">: ${item.connector} for call ${item.call_id}</span></button>`}
  </li>`)}</ul>`;
}
