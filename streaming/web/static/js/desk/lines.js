// @ts-check
/** The lines of the after-call form: each names the turn that it rests on. */
import { clock } from "../format.js";
import { Icon, html } from "../ui.js";

/**
 * @typedef {{turns: import("../store.js").Turn[], jump: (id: number) => void}} Sources
 */

/** The way back to the words. @param {{id: number | null, quote?: string, sources: Sources}} props */
export function Source({ id, quote = "", sources }) {
  const turn = sources.turns.find((t) => t.id === id);
  if (id === null || id === undefined || !turn) return html`<span class="source quiet">by hand</span>`;
  return html`<button type="button" class="source" title=${quote || turn.text} onClick=${() => sources.jump(id)}
    aria-label=${`Show the words at ${clock(turn.start)}`}><${Icon} name="quote" />${clock(turn.start)}</button>`;
}

/** @param {{label: string, remove: () => void}} props */
function Remove({ label, remove }) {
  return html`<button type="button" class="button bare" aria-label=${`Remove: ${label}`} onClick=${remove}>
    <${Icon} name="bin" /></button>`;
}

/** @param {any} event */
const value = (event) => event.currentTarget.value;

/** A date, or a date and time where one was said. @param {{due: string | null, label: string, set: (due: string | null) => void, words: string, sure?: boolean}} props */
function Due({ due, label, set, words, sure = true }) {
  const kind = due && due.includes("T") ? "datetime-local" : "date";
  return html`<label class="due"><span class="unseen">${label}</span>
    <input type=${kind} value=${due ?? ""} onInput=${(/** @type {any} */ e) => set(value(e) || null)} />
    ${words && html`<small class=${sure ? "quiet" : "fault"}>said: “${words}”${sure ? "" : ", check the date"}</small>`}</label>`;
}

const KINDS = /** @type {Record<string, string>} */ ({ issue: "Issue", done: "Done", next: "Next" });

/** @param {{lines: any[], edit: (at: number, change: object) => void, remove: (at: number) => void, sources: Sources}} props */
export function SummaryLines({ lines, edit, remove, sources }) {
  return html`<ul class="work-lines">${lines.map((line, at) => html`<li key=${at}>
    <span class="tag">${KINDS[line.kind] ?? line.kind}</span>
    <textarea rows="1" aria-label=${`${KINDS[line.kind] ?? line.kind}, line ${at + 1}`} value=${line.text}
      onInput=${(/** @type {any} */ e) => edit(at, { text: value(e) })}></textarea>
    <${Source} id=${line.utterance_id} sources=${sources} />
    <${Remove} label=${line.text} remove=${() => remove(at)} /></li>`)}</ul>`;
}

const WHO = /** @type {Record<string, string>} */ ({ agent: "We", customer: "They" });

/** @param {{lines: any[], edit: (at: number, change: object) => void, remove: (at: number) => void, sources: Sources}} props */
export function PromiseLines({ lines, edit, remove, sources }) {
  return html`<ul class="work-lines">${lines.map((line, at) => html`<li key=${at}>
    <span class="tag">${WHO[line.who] ?? line.who}</span>
    <textarea rows="1" aria-label=${`Promise ${at + 1}`} value=${line.quote}
      onInput=${(/** @type {any} */ e) => edit(at, { quote: value(e) })}></textarea>
    <${Due} due=${line.due} label=${`Promise ${at + 1}, due`} words=${line.due_words} sure=${line.sure}
      set=${(/** @type {string | null} */ due) => edit(at, { due })} />
    <${Source} id=${line.utterance_id} quote=${line.quote} sources=${sources} />
    <${Remove} label=${line.quote} remove=${() => remove(at)} /></li>`)}</ul>`;
}

/** @param {{lines: any[], edit: (at: number, change: object) => void, remove: (at: number) => void, sources: Sources}} props */
export function FollowUpLines({ lines, edit, remove, sources }) {
  return html`<ul class="work-lines">${lines.map((line, at) => html`<li key=${at}>
    <select class="owner" aria-label=${`Follow-up ${at + 1}, who`} value=${line.owner}
      onChange=${(/** @type {any} */ e) => edit(at, { owner: value(e) })}>
      <option value="agent">We</option><option value="customer">They</option></select>
    <textarea rows="1" aria-label=${`Follow-up ${at + 1}`} value=${line.title} title=${line.quote}
      onInput=${(/** @type {any} */ e) => edit(at, { title: value(e) })}></textarea>
    <${Due} due=${line.due} label=${`Follow-up ${at + 1}, due`} words="" set=${(/** @type {string | null} */ due) => edit(at, { due })} />
    <${Source} id=${line.utterance_id} quote=${line.quote} sources=${sources} />
    <${Remove} label=${line.title} remove=${() => remove(at)} /></li>`)}</ul>`;
}

/** @param {{fields: Record<string, any>, fill: (id: string, value: string) => void, sources: Sources}} props */
export function CapturedFields({ fields, fill, sources }) {
  return html`<div class="captured">${Object.entries(fields).map(([id, field]) => html`<label key=${id}>
    <span>${field.title}</span>
    <span class="with-source"><input value=${field.value} onInput=${(/** @type {any} */ e) => fill(id, value(e))} />
      <${Source} id=${field.utterance_id} quote=${field.quote} sources=${sources} /></span></label>`)}</div>`;
}
