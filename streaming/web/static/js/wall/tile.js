// @ts-check
/** One live call at a glance. Few elements, and drawn again only when what it shows has changed. */
import { clock, levelWord } from "../format.js";
import { Component, Icon, html } from "../ui.js";
import { SILENCE_S, silence } from "./need.js";
import { secondsOf } from "./state.js";

/** @typedef {import("./state.js").Call} Call */
/** @typedef {import("./state.js").Alert} Alert */

const SILENCE_SHOWN_S = 10;
const TRENDS = /** @type {Record<string, [string, string]>} */ ({
  1: ["↑", "rising"],
  [-1]: ["↓", "calming"],
  0: ["", ""],
});

/** What stands out in a call now: [kind, words]. @param {Call} call @param {number} seconds @param {string} kind the alert's @returns {[string, string][]} */
function marks(call, seconds, kind = "") {
  /** @type {[string, string][]} */
  const found = [];
  const quiet = silence(call, seconds);
  if (call.missed.length > (kind === "critical_missed" ? 1 : 0)) found.push(["critical", `missed: ${call.missed[0]}${call.missed.length > 1 ? ` +${call.missed.length - 1}` : ""}`]);
  if (call.hold_at !== null) found.push(["quiet", `on hold ${clock(seconds - call.hold_at)}`]);
  else if (quiet >= SILENCE_SHOWN_S) found.push([quiet > SILENCE_S ? "warn" : "quiet", `silence ${Math.floor(quiet)} s`]);
  if (call.both_at !== null && seconds - call.both_at >= 1) found.push(["warn", "both speak"]);
  else if (call.overtalk_s >= 5) found.push(["quiet", `overtalk ${Math.round(call.overtalk_s)} s`]);
  if (call.open.length) found.push(["quiet", `${call.open.length} must-say${call.open.length > 1 ? "s" : ""} open`]);
  if (call.note) found.push([call.note.seen ? "good" : "quiet", call.note.seen ? "note seen" : "note sent"]);
  return found;
}

/** What the tile would show, as text; the same text is the same tile. */
function shape(/** @type {any} */ { call, now, alert, current, team }) {
  const seconds = secondsOf(call, now);
  return JSON.stringify([Math.floor(seconds / 60), marks(call, seconds, alert?.kind), alert?.id, alert?.state, alert?.level, alert?.quote, current, team]);
}

/** @param {{call: Call, alert: Alert | null}} props */
function Words({ call, alert }) {
  const quote = alert?.quote ? { quote: alert.quote, at: alert.second } : call.anger >= 2 ? call.why.at(-1) : null;
  return html`${alert && html`<span class="called" data-state=${alert.state}><${Icon} name="flag" /><span>${alert.title}</span></span>`}
    ${quote && html`<span class="words"><q>${quote.quote}</q> <span class="at">${clock(quote.at)}</span></span>`}`;
}

/** Props: call, alert, now, team, current (whether Tab comes to it). */
export class Tile extends Component {
  shouldComponentUpdate(/** @type {any} */ next) {
    const then = /** @type {any} */ (this.props);
    if (then.call !== next.call && !sameFacts(then.call, next.call)) return true;
    return shape(next) !== this.shape;
  }

  render() {
    const { call, alert, now, team, current } = /** @type {any} */ (this.props);
    this.shape = shape(/** @type {any} */ (this.props));
    const seconds = secondsOf(call, now);
    const [arrow, trend] = TRENDS[call.trend] ?? TRENDS[0];
    return html`<li class="glance" data-level=${call.anger} data-alert=${alert ? alert.state : undefined} data-grave=${alert && alert.level > 1 ? "true" : undefined} data-over=${call.over || undefined}>
      <a href=${`/wall/calls/${encodeURIComponent(call.id)}`} data-call=${call.id} tabindex=${current ? 0 : -1}>
        <span class="head"><b>${call.agent || "No agent named"}</b><span class="minutes">${call.over ? "call over" : `${Math.floor(seconds / 60)} min`}</span></span>
        <span class="place">${call.queue || "no queue"}${team && ` · ${team}`}</span>
        <span class="feeling"><i class="gauge" data-level=${call.anger} aria-hidden="true"></i>${levelWord(call.anger)}${arrow && html` <span class="trend"><span aria-hidden="true">${arrow}</span> ${trend}</span>`}</span>
        <${Words} call=${call} alert=${alert} />
        <span class="marks">${marks(call, seconds, alert?.kind).map(([kind, words]) => html`<span class=${`chip ${kind}`} key=${words.replace(/\d+/g, "")}>${words}</span>`)}</span>
        <span class="tail"><progress max=${Math.max(1, call.total)} value=${call.done} aria-hidden="true"></progress>
          <span class="count"><span class="unseen">checklist </span>${call.done}/${call.total}</span>
          <span class="last">${call.hint ? html`<span class="unseen">hint: </span>${call.hint.text}` : ""}</span></span>
      </a>
    </li>`;
  }
}

/** Whether two tellings of a call show the same, but for the clock. @param {Call} a @param {Call} b */
function sameFacts(a, b) {
  return (
    a.over === b.over && a.anger === b.anger && a.trend === b.trend && a.done === b.done && a.total === b.total &&
    a.hint?.text === b.hint?.text && a.why.at(-1)?.quote === b.why.at(-1)?.quote
  );
}
