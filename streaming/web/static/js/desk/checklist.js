// @ts-check
/** The script of the call, ticked as it is said; prohibited items stand apart until broken. */
import { CHANNELS, clock, isCritical, isProhibited, stateWord } from "../format.js";
import { Component, Icon, html } from "../ui.js";

/** @typedef {import("../store.js").Row} Row */

const ICONS = /** @type {Record<string, string>} */ ({
  waiting: "waiting",
  due: "due",
  done: "done",
  late: "late",
  missed: "missed",
  violated: "violated",
  "n/a": "na",
  needs_review: "review",
});
const SETTLED = ["done", "late", "n/a"];

/** @param {Row} row */
export function stateOf(row) {
  return row.finding?.state ?? "waiting";
}

/** What stands at the right of a row: when it was said, or how long there is. */
function timing(/** @type {Row} */ row, /** @type {number} */ seconds) {
  const state = stateOf(row);
  const { due_s: due } = row.item;
  const prohibited = isProhibited(row.item.severity);
  const said = row.finding?.evidence?.[0]?.start ?? row.finding?.at;
  if (row.manual && !SETTLED.includes(state)) return "ticked by you";
  if ((state === "done" || state === "late" || state === "violated") && said != null && !(prohibited && state === "done"))
    return `${stateWord(state, prohibited)} ${clock(said)}`;
  if ((state === "waiting" || state === "due") && due != null) {
    const left = due - seconds;
    if (left <= 0) return "overdue";
    if (state === "due" || left <= 60) return `${Math.ceil(left)} s left`;
    return `by ${clock(due)}`;
  }
  return state === "waiting" ? "" : stateWord(state, prohibited);
}

/** @param {{proof: any, jump: (id: number) => void}} props */
function Proof({ proof, jump }) {
  const who = CHANNELS[proof.channel] ?? "";
  return html`<button type="button" class="quote" disabled=${proof.utterance_id === null}
    onClick=${() => proof.utterance_id !== null && jump(proof.utterance_id)}>
    <${Icon} name="quote" />${proof.quote ? html`<q>${proof.quote}</q>` : html`<span>${proof.engine}</span>`}
    <span class="at">${who} ${clock(proof.start)}</span>
  </button>`;
}

/** @param {{row: Row, jump: (id: number) => void, tick: (id: string) => void, live: boolean}} props */
function Detail({ row, jump, tick, live }) {
  const { item, finding } = row;
  const state = stateOf(row);
  const proofs = finding?.evidence ?? [];
  const open = !SETTLED.includes(state) && !row.manual && !isProhibited(item.severity);
  return html`<div class="item-detail" id=${`item-${item.rule_id}`}>
    ${item.title !== item.label && html`<p>${item.title}</p>`}
    ${item.example && state !== "done" && html`<p class="example">Say: <q>${item.example}</q></p>`}
    ${finding?.reason && html`<p class="reason">${finding.reason}</p>`}
    ${proofs.map((/** @type {any} */ proof) => html`<${Proof} proof=${proof} jump=${jump} />`)}
    ${finding?.near_miss && html`<p class="near">Closest: <q>${finding.near_miss.evidence.quote}</q>
      <span class="at"> ${clock(finding.near_miss.evidence.start)}</span></p>`}
    ${row.manual && html`<p class="reason">Ticked by you. A manual tick is kept apart from what was heard.</p>`}
    ${open && live && html`<button type="button" class="button" onClick=${() => tick(item.rule_id)}>
      <${Icon} name="hand" />Tick by hand</button>`}
  </div>`;
}

/** @param {{row: Row, seconds: number, open: boolean, toggle: (id: string) => void, jump: (id: number) => void, tick: (id: string) => void, live: boolean}} props */
function Item({ row, seconds, open, toggle, jump, tick, live }) {
  const { item } = row;
  const state = stateOf(row);
  const prohibited = isProhibited(item.severity);
  const byHand = row.manual && !SETTLED.includes(state);
  const shown = byHand ? "manual" : state;
  return html`<li class="item" data-state=${shown.replace("/", "")} data-item=${item.rule_id}>
    <button type="button" class="item-head" aria-expanded=${String(open)}
      aria-controls=${open ? `item-${item.rule_id}` : undefined} onClick=${() => toggle(item.rule_id)}>
      <${Icon} name=${byHand ? "hand" : ICONS[state] ?? "waiting"} />
      <span class="label">${item.label}
        ${isCritical(item.severity) && html`<span class="chip critical">must</span>`}
        <span class="unseen">: ${byHand ? "ticked by you" : stateWord(state, prohibited)}</span>
      </span>
      <span class="timing" aria-hidden="true">${timing(row, seconds)}</span>
    </button>
    ${open && html`<${Detail} row=${row} jump=${jump} tick=${tick} live=${live} />`}
  </li>`;
}

/** @param {string} name */
function sectionTitle(name) {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Items by section in the order of a call: the opening first, the closing last. @param {Row[]} rows */
function sections(rows) {
  /** @type {Map<string, Row[]>} */
  const found = new Map();
  for (const row of rows) {
    const name = sectionTitle(row.item.section || "further");
    const list = found.get(name);
    if (list) list.push(row);
    else found.set(name, [row]);
  }
  const rank = (/** @type {string} */ name) => (name === "Opening" ? 0 : name === "Closing" ? 2 : 1);
  return [...found.entries()].sort(([a], [b]) => rank(a) - rank(b));
}

/** Which rows the agent reads, and which wait out of sight for their moment. @param {Row[]} rows */
export function sorted(rows) {
  const state = stateOf;
  const barred = rows.filter((r) => isProhibited(r.item.severity) && state(r) !== "violated");
  const rest = rows.filter((r) => !barred.includes(r));
  const idle = rest.filter((r) => state(r) === "n/a");
  const later = rest.filter((r) => r.item.conditional && state(r) === "waiting" && !r.manual);
  return { barred, idle, later, listed: rest.filter((r) => !idle.includes(r) && !later.includes(r)) };
}

/** The item to say next: what is due, else the first that has a time. @param {Row[]} rows @returns {Row | null} */
export function nextItem(rows) {
  const open = sorted(rows).listed.filter((r) => !isKept(r));
  return open.find((r) => stateOf(r) === "due") ?? open.find((r) => stateOf(r) === "waiting" && r.item.due_s != null) ?? null;
}

/** @param {Row} row */
function isKept(row) {
  return SETTLED.includes(stateOf(row)) || row.manual;
}

export class Checklist extends Component {
  constructor() {
    super(...arguments);
    this.state = { open: "", all: false };
    this.toggle = (/** @type {string} */ id) =>
      this.setState((/** @type {any} */ s) => ({ open: s.open === id ? "" : id }));
  }

  render() {
    const { rows, seconds, jump, tick, live } = /** @type {any} */ (this.props);
    const { open, all } = /** @type {any} */ (this.state);
    const draw = (/** @type {Row} */ row) => html`<${Item} key=${row.item.rule_id} row=${row}
      seconds=${seconds} open=${open === row.item.rule_id} toggle=${this.toggle} jump=${jump} tick=${tick} live=${live} />`;
    const { barred, idle, later, listed } = sorted(rows);
    const kept = listed.filter(isKept).length;
    return html`<section class="panel checklist" aria-labelledby="checklist-title">
      <header class="panel-head">
        <h2 id="checklist-title">Checklist</h2>
        <p class="count">${kept} of ${listed.length} done</p>
        <progress max=${Math.max(1, listed.length)} value=${kept} aria-label="Checklist progress"></progress>
      </header>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="checklist-title">
        ${rows.length === 0 && html`<p class="empty">The checklist comes with the call.</p>`}
        ${sections(listed).map(([name, its]) => html`<section class="part" key=${name}>
          <h3>${name}<span class="count">${its.filter(isKept).length}/${its.length}</span></h3>
          <ul>${its.map(draw)}</ul>
        </section>`)}
        ${barred.length + idle.length + later.length > 0 && html`<button type="button" class="fold" aria-expanded=${String(all)}
          onClick=${() => this.setState({ all: !all })}>
          <${Icon} name="chevron" />${[
            later.length && `${later.length} if it comes up`,
            idle.length && `${idle.length} not needed`,
            barred.length && `${barred.length} not to be said`,
          ].filter(Boolean).join(", ")}</button>`}
        ${all && html`<ul class="folded">${[...later, ...idle, ...barred].map(draw)}</ul>`}
      </div>
    </section>`;
  }
}
