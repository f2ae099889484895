// @ts-check
/** The hint cards: one in full, at most two small, and the live regions that read them out. */
import { CHANNELS, clock } from "../format.js";
import { deck } from "../hints.js";
import { Icon, html } from "../ui.js";

/**
 * @typedef {import("../hints.js").Card} Card
 * @typedef {(id: string, fate: string) => void} Decide
 */

const FATES = [
  { fate: "used", label: "Used", keys: ["Enter", "U"], icon: "check" },
  { fate: "dismissed", label: "Dismiss", keys: ["X"], icon: "close" },
  { fate: "not_helpful", label: "Not helpful", keys: ["N"], icon: "thumb" },
  { fate: "snoozed", label: "Later", keys: ["S"], icon: "snooze" },
];

/** The time a card has left, as a ring and a number. @param {{card: Card, seconds: number}} props */
function Ring({ card, seconds }) {
  const left = Math.max(0, card.until - seconds);
  const whole = Math.max(1, card.until - card.hint.at);
  const part = Math.min(1, left / whole);
  const round = 2 * Math.PI * 15;
  return html`<span class="ring" title=${`Goes in ${Math.ceil(left)} seconds`}>
    <svg viewBox="0 0 36 36" aria-hidden="true">
      <circle class="track" cx="18" cy="18" r="15" />
      <circle class="left" cx="18" cy="18" r="15" stroke-dasharray=${`${part * round} ${round}`} />
    </svg>
    <span aria-hidden="true">${Math.ceil(left)}</span>
  </span>`;
}

/** The words that called for a hint. @param {{hint: import("../hints.js").Hint, jump: (id: number) => void}} props */
function Why({ hint, jump }) {
  const proof = hint.evidence[0];
  if (!proof) return hint.why ? html`<p class="why">${hint.why}</p>` : null;
  const who = CHANNELS[proof.channel] ?? "";
  return html`<p class="why">
    ${hint.why && !hint.why.includes(proof.quote) && html`<span>${hint.why}</span>`}
    <button type="button" class="quote" disabled=${proof.utterance_id === null}
      onClick=${() => proof.utterance_id !== null && jump(proof.utterance_id)}>
      <${Icon} name="quote" /><q>${proof.quote}</q>
      <span class="at">${who} ${clock(proof.start)}</span>
    </button>
  </p>`;
}

/** @param {{card: Card, seconds: number, decide: Decide, jump: (id: number) => void, keysOn: boolean}} props */
function Primary({ card, seconds, decide, jump, keysOn }) {
  const { hint } = card;
  const gone = card.leaving !== null;
  const kind = hint.priority === "critical" ? "Act now" : gone ? "Said" : "Say next";
  return html`<article class=${`card primary ${hint.priority}${gone ? " said" : ""}`}
    aria-labelledby=${`hint-${hint.id}`} data-hint=${hint.id} data-origin=${card.origin}>
    <header>
      <span class="kind">
        <${Icon} name=${gone ? "done" : hint.priority === "critical" ? "alarm" : "cue"} />${kind}
      </span>
      ${card.origin === "preview" && html`<span class="chip quiet">hearing it now</span>`}
      ${!gone && html`<${Ring} card=${card} seconds=${seconds} />`}
    </header>
    <h3 id=${`hint-${hint.id}`}>${hint.text}</h3>
    ${hint.detail && html`<p class="detail">${hint.detail}</p>`}
    <${Why} hint=${hint} jump=${jump} />
    <div class="actions">
      ${FATES.map(({ fate, label, keys, icon }) => html`<button type="button" key=${fate}
        class=${fate === "used" ? "button strong" : "button"} disabled=${gone}
        aria-keyshortcuts=${keysOn ? keys.join(" ") : undefined}
        onClick=${() => decide(hint.id, fate)}>
        <${Icon} name=${icon} />${label}
        ${keysOn && html`<kbd aria-hidden="true">${keys[0] === "Enter" ? "↵" : keys[0]}</kbd>`}
      </button>`)}
    </div>
  </article>`;
}

/** @param {{card: Card, decide: Decide}} props */
function Small({ card, decide }) {
  const { hint } = card;
  return html`<article class=${`card small ${hint.priority}`} aria-labelledby=${`hint-${hint.id}`} data-hint=${hint.id}>
    <${Icon} name=${card.leaving !== null ? "done" : hint.priority === "critical" ? "alarm" : "cue"} />
    <h3 id=${`hint-${hint.id}`} title=${hint.detail || hint.text}>${hint.text}</h3>
    <button type="button" class="button bare" aria-label=${`Used: ${hint.text}`}
      onClick=${() => decide(hint.id, "used")}><${Icon} name="check" /></button>
    <button type="button" class="button bare" aria-label=${`Dismiss: ${hint.text}`}
      onClick=${() => decide(hint.id, "dismissed")}><${Icon} name="close" /></button>
  </article>`;
}

/**
 * What a screen reader is told: urgent cards break in, the others wait for a pause. Each card is a
 * line of its own, so that one more does not read the others again. The regions stay in the page,
 * since one that comes with its words is often not read.
 * @param {{cards: Card[], quiet: boolean}} props
 */
function Announcer({ cards, quiet }) {
  const shown = cards.filter(
    (c) => c.shown !== null && c.snoozedUntil === null && c.leaving === null && (!quiet || c.hint.priority === "critical"),
  );
  const lines = (/** @type {boolean} */ critical) =>
    shown
      .filter((c) => (c.hint.priority === "critical") === critical)
      .map((c) => html`<p key=${c.hint.id}>${[c.hint.text, c.hint.detail].filter(Boolean).join(". ")}</p>`);
  return html`<div class="unseen">
    <div role="alert" aria-atomic="false">${lines(true)}</div>
    <div role="status" aria-live="polite" aria-atomic="false">${lines(false)}</div>
  </div>`;
}

/** Between hints: what the script asks for next. @param {{held: boolean, quiet: boolean, next: import("../store.js").Row | null}} props */
function Quiet({ held, quiet, next }) {
  if (quiet) return html`<div class="no-hint"><${Icon} name="snooze" /><p>Quiet: only what must not wait is shown.</p></div>`;
  if (held) return html`<div class="no-hint"><${Icon} name="cue" /><p>A hint waits for the end of your sentence.</p></div>`;
  if (!next) return html`<div class="no-hint"><${Icon} name="cue" /><p>Nothing to suggest. Cueline is listening.</p></div>`;
  return html`<div class="no-hint"><${Icon} name=${next.finding?.state === "due" ? "due" : "waiting"} />
    <p>Next on the checklist: <b>${next.item.label}</b>
      ${next.item.example && html`<span class="example">“${next.item.example}”</span>`}</p></div>`;
}

/**
 * @param {{hints: import("../hints.js").Hints, seconds: number, decide: Decide,
 *   jump: (id: number) => void, keysOn: boolean, agentSpeaking: boolean,
 *   next: import("../store.js").Row | null, quiet: boolean, offered: any}} props `offered` is a card of another kind.
 */
export function HintDeck({ hints, seconds, decide, jump, keysOn, agentSpeaking, next, quiet, offered }) {
  const { primary, small, more } = deck(hints, quiet);
  const held = hints.cards.filter((card) => card.shown === null).length;
  return html`<section class="hints" aria-labelledby="hints-title">
    <h2 id="hints-title" class="unseen">Hints</h2>
    <${Announcer} cards=${hints.cards} quiet=${quiet} />
    ${primary
      ? html`<${Primary} key=${primary.hint.id} card=${primary} seconds=${seconds} decide=${decide} jump=${jump} keysOn=${keysOn} />`
      : html`<${Quiet} held=${held > 0 && agentSpeaking} quiet=${quiet} next=${next} />`}
    ${small.length > 0 && html`<div class="smalls">
      ${small.map((card) => html`<${Small} key=${card.hint.id} card=${card} decide=${decide} />`)}
      ${more > 0 && html`<p class="more">and ${more} more</p>`}
    </div>`}
    ${offered}
  </section>`;
}
