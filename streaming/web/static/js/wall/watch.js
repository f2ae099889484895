// @ts-check
/**
 * A live call as a supervisor watches it: what the agent sees, and notes to the agent. Nothing here
 * answers a hint or ticks an item: those are the agent's, and are counted.
 */
import { effect, signal } from "../../vendor/signals-core.js";
import { Brief } from "../desk/brief.js";
import { Captions } from "../desk/captions.js";
import { Checklist } from "../desk/checklist.js";
import { Banners } from "../desk/header.js";
import { MoodPanel } from "../desk/mood.js";
import { clock, spoken } from "../format.js";
import { deck } from "../hints.js";
import { keepOpen } from "../socket.js";
import { callSeconds, complete, initial, reduce } from "../store.js";
import { Component, html, perFrame, render } from "../ui.js";
import { NOTE_CHARS } from "./dialog.js";
import { sendNote } from "./requests.js";

const TICK_MS = 500;

/** What the agent was written, and a line to write more. Props: notes, live, send. */
class Notes extends Component {
  constructor() {
    super(...arguments);
    this.state = { text: "", fault: "", busy: false };
  }

  render() {
    const { notes, live, send } = /** @type {any} */ (this.props);
    const { text, fault, busy } = /** @type {any} */ (this.state);
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      if (busy || !text.trim()) return;
      this.setState({ busy: true, fault: "" });
      send(text.trim()).then(
        () => this.setState({ text: "", busy: false }),
        (/** @type {Error} */ error) => this.setState({ busy: false, fault: `${error.message || "The note was not sent."} Try again.` }),
      );
    };
    return html`<section class="panel notes" aria-labelledby="notes-title">
      <header class="panel-head"><h2 id="notes-title">Notes to the agent</h2></header>
      <div role="status" tabindex=${notes.length > 2 ? 0 : undefined}><ul>${notes.map((/** @type {any} */ note) => html`<li key=${note.note_id}>
        <span>${note.text}</span> <span class="at">${note.by}, ${clock(note.at)}</span>
        <span class=${`chip ${note.seen ? "good" : "quiet"}`}>${note.seen ? "seen" : "sent"}</span></li>`)}</ul></div>
      ${live && html`<form onSubmit=${submit}>
        <label>Write to the agent <span class="quiet">(shown at once, as one card)</span><input value=${text} maxlength=${NOTE_CHARS} aria-keyshortcuts="n"
          onInput=${(/** @type {any} */ event) => this.setState({ text: event.target.value })} /></label>
        <button class="button strong" disabled=${busy}>Send</button></form>`}
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    </section>`;
  }
}

/** The hints as the agent has them, without a button. @param {{hints: any}} props */
function HintsShown({ hints }) {
  const { primary, small } = deck(hints);
  const cards = [primary, ...small].filter(Boolean);
  return html`<section class="panel hints-shown" aria-labelledby="hints-title">
    <header class="panel-head"><h2 id="hints-title">Hints the agent has now</h2></header>
    ${cards.length === 0 && html`<p class="empty">None.</p>`}
    <ul>${cards.map((card) => html`<li key=${card.hint.id} data-priority=${card.hint.priority}><b>${card.hint.text}</b>
      ${card.hint.detail && html`<span>${card.hint.detail}</span>`}</li>`)}</ul>
  </section>`;
}

export function startWatch(/** @type {HTMLElement} */ root) {
  const callId = root.dataset.call ?? "";
  const state = signal(initial(callId));
  const marked = signal(/** @type {{id: number} | null} */ (null));
  const brief = signal(false);
  const switchBrief = () => {
    brief.value = !brief.value;
  };
  const now = () => performance.now();
  const dispatch = (/** @type {any} */ message) => {
    state.value = reduce(state.value, { now: now(), ...message });
  };
  const line = keepOpen({
    address: () => `/calls/${encodeURIComponent(callId)}/live?after=${state.value.seq}`,
    message: (data) => {
      if (data.event) dispatch({ kind: "event", seq: data.seq, event: data.event });
      else if (data.hello) dispatch({ kind: "hello", hello: data.hello });
      else if ("caught_up" in data) dispatch({ kind: "caught_up" });
      else if (data.beat) dispatch({ kind: "beat", beat: data.beat });
      if (complete(state.value)) line.close();
    },
    state: (connection) => dispatch({ kind: "connection", state: connection }),
  });
  const jump = (/** @type {number} */ id) => {
    marked.value = { id };
  };

  function view() {
    const s = state.value;
    const seconds = callSeconds(s, now());
    const over = s.phase === "over";
    return html`<header class="watch-head">
        <a class="button" href="/wall">Back to the wall</a>
        <h1>${s.call?.agent || "A call"} <span class="quiet">${s.call?.queue ?? ""}</span></h1>
        <span class="timer" role="timer" aria-label=${`Call time ${spoken(seconds)}`}>${clock(seconds)}</span>
        <p class="chip quiet">You are watching. The agent’s hints are not touched.</p>
        <button type="button" class="button" onClick=${switchBrief} aria-keyshortcuts="b" aria-pressed=${String(brief.value)}>Brief</button>
        ${over && html`<a class="button strong" href=${`/calls/${encodeURIComponent(callId)}`}>The call is over: open it</a>`}
      </header>
      <${Banners} state=${s} />
      <div class="desk watch">
        <div class="column lead"><${Notes} notes=${s.notes} live=${!over} send=${(/** @type {string} */ text) => sendNote(callId, text)} />
          <${Captions} turns=${s.turns} open=${s.open} gaps=${s.gaps} marked=${marked.value} phase=${s.phase} /></div>
        <div class="column side">${brief.value && html`<${Brief} callId=${callId} jump=${jump} close=${switchBrief} />`}
          <${MoodPanel} mood=${s.mood} moods=${s.moods} seconds=${seconds} jump=${jump} />
          <${HintsShown} hints=${s.hints} />
          <${Checklist} rows=${s.rows} seconds=${seconds} jump=${jump} tick=${() => {}} live=${false} /></div>
      </div>`;
  }

  const draw = perFrame(() => render(view(), root));
  root.replaceChildren();
  effect(() => {
    void [state.value, marked.value, brief.value];
    draw();
  });
  setInterval(() => {
    if (state.value.phase !== "live") return;
    dispatch({ kind: "tick" });
    draw();
  }, TICK_MS);
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "b") switchBrief();
    else if (event.key === "n") {
      event.preventDefault();
      /** @type {HTMLElement | null} */ (document.querySelector(".notes input"))?.focus();
    } else if (event.key === "Escape") location.assign("/wall");
  });
  return { state, cut: line.cut };
}

const root = document.getElementById("watch");
if (root) Object.assign(window, { cueline: startWatch(root) });
