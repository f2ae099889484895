// @ts-check
/** The top of the desk: which call, how long, and whether the line to us holds. */
import { clock, spoken } from "../format.js";
import { Icon, html } from "../ui.js";

const LINES = /** @type {Record<string, {word: string, kind: string}>} */ ({
  connecting: { word: "connecting", kind: "wait" },
  live: { word: "live", kind: "good" },
  lost: { word: "reconnecting", kind: "bad" },
  asleep: { word: "paused while hidden", kind: "wait" },
  refused: { word: "signed out", kind: "bad" },
  over: { word: "call over", kind: "quiet" },
});

const FALLEN = /** @type {Record<string, string>} */ ({
  partials: "Captions come a little later: the server is busy. Nothing is lost.",
  recording: "This call is not being recorded.",
  transcription: "Some words may be missing.",
});

/** @param {{state: import("../store.js").State, seconds: number, help: () => void, children?: any}} props */
export function CallHeader({ state, seconds, help, children }) {
  const { call, phase } = state;
  const line = phase === "over" && state.connection === "live" ? LINES.over : LINES[state.connection];
  return html`<header class="bar">
    <a class="brand" href="/"><img src="/static/favicon.svg" alt="" width="24" height="24" />Cueline</a>
    <h1 class="unseen">Call ${state.callId}</h1>
    <span class="timer" role="timer" aria-label=${`Call time ${spoken(seconds)}`}>${clock(seconds)}</span>
    <dl class="facts">
      ${call?.agent && html`<div><dt>Agent</dt><dd>${call.agent}</dd></div>`}
      ${call?.queue && html`<div><dt>Queue</dt><dd>${call.queue}</dd></div>`}
      ${call?.direction && html`<div><dt>Direction</dt><dd>${call.direction}</dd></div>`}
    </dl>
    <p class=${`line ${line.kind}`} data-line=${state.connection}><i aria-hidden="true"></i><span>${line.word}</span></p>
    ${children}
    <button type="button" class="button bare" onClick=${help} aria-keyshortcuts="?"><${Icon} name="keys" />Keys</button>
  </header>`;
}

/** What is worse than usual, in plain words. @param {{state: import("../store.js").State}} props */
export function Banners({ state }) {
  const fallen = Object.keys(state.degraded);
  return html`<div class="banners" role="status">
    ${state.connection === "lost" && html`<p class="banner bad"><${Icon} name="alarm" />
      The line to Cueline broke. It reconnects by itself, and nothing that was said is lost.</p>`}
    ${state.connection === "refused" && html`<p class="banner bad"><${Icon} name="lock" />
      You are signed out. <a href="/login">Sign in again</a></p>`}
    ${fallen.map((what) => html`<p class="banner warn" key=${what} data-degraded=${what}><${Icon} name="alarm" />
      ${FALLEN[what] ?? `Reduced: ${what}.`}${state.degraded[what] ? html` <small>${state.degraded[what]}</small>` : ""}</p>`)}
  </div>`;
}

const KEYS = [
  ["Enter or U", "the hint was used"],
  ["X or Esc", "dismiss the hint"],
  ["N", "the hint is not helpful"],
  ["S", "show the hint later"],
  ["L", "captions: jump to live"],
  ["/", "search the articles"],
  ["K", "read the article that is offered"],
  ["B", "brief for whoever joins"],
  ["Q", "quiet: only critical hints"],
  ["Ctrl Enter", "after the call: send the work"],
  ["V", "a supervisor’s note was seen"],
  ["?", "this list"],
];

/** @param {{open: boolean, keysOn: boolean, switchKeys: () => void, close: () => void}} props */
export function KeyHelp({ open, keysOn, switchKeys, close }) {
  if (!open) return null;
  const show = (/** @type {HTMLDialogElement | null} */ dialog) => {
    if (dialog && !dialog.open) dialog.showModal();
  };
  return html`<dialog class="keys" aria-labelledby="keys-title" ref=${show} onClose=${close}>
    <h2 id="keys-title">Keys</h2>
    <dl>${KEYS.map(([key, does]) => html`<div key=${key}><dt>${key}</dt><dd>${does}</dd></div>`)}</dl>
    <label class="switch"><input type="checkbox" checked=${keysOn} onChange=${switchKeys} />
      Single keys work on this desk</label>
    <form method="dialog"><button class="button strong" autofocus>Close</button></form>
  </dialog>`;
}
