// @ts-check
/** The supervisors' wall: all live calls by need, their alerts, and what a supervisor does with them. */
import { effect, signal } from "../../vendor/signals-core.js";
import { Refused } from "../api.js";
import { keepOpen } from "../socket.js";
import { html, perFrame, render } from "../ui.js";
import { AlertList } from "./alerts.js";
import { Question } from "./dialog.js";
import { KEYS, listenForKeys } from "./keys.js";
import { ORDER_WORDS, alertOf } from "./need.js";
import { answerAlert, sendNote } from "./requests.js";
import { beep } from "./sound.js";
import { choices, initialWall, reduce, shown, waitingToMove } from "./state.js";
import { Tile } from "./tile.js";

const SETTLE_MS = 1000;
/** How long the order holds still after a move of the pointer over the tiles, or a key on one. */
const CALM_MS = 4000;
const SOUND = "cueline.wall.sound";
const LINES = /** @type {Record<string, [string, string]>} */ ({
  live: ["good", "live"],
  lost: ["bad", "reconnecting"],
  connecting: ["wait", "connecting"],
  asleep: ["wait", "paused while hidden"],
  refused: ["bad", "signed out"],
  over: ["quiet", "over"],
});

export function startWall(/** @type {HTMLElement} */ root) {
  const wall = signal(initialWall());
  const local = signal({
    current: "",
    help: false,
    sound: localStorage.getItem(SOUND) === "on",
    notice: "",
    /** @type {{what: string, callId: string, agent: string, alert: any} | null} */ asked: null,
  });
  const now = () => performance.now();
  let touched = -CALM_MS;
  const dispatch = (/** @type {any} */ message) => {
    wall.value = reduce(wall.value, { now: now(), ...message });
  };
  const set = (/** @type {Partial<typeof local.value>} */ change) => {
    local.value = { ...local.value, ...change };
  };

  function received(/** @type {any} */ data) {
    const kind = Object.keys(data)[0];
    const before = wall.value;
    dispatch({ kind, body: data[kind] });
    if (kind === "hello") dispatch({ kind: "settle", held: held() });
    const fresh = Object.values(wall.value.alerts).filter((a) => a.state === "raised" && !(a.id in before.alerts));
    if (before.known && kind === "wall" && fresh.length && local.value.sound) beep();
  }

  const line = keepOpen({
    address: () => "/live?wall=1",
    message: received,
    state: (state) => dispatch({ kind: "connection", state }),
    // The alerts have to be there when the supervisor looks back.
    mayRest: () => !local.value.sound,
  });

  const held = () => now() - touched < CALM_MS || local.value.asked !== null;
  const grid = () => document.getElementById("grid");

  function answer(/** @type {any} */ alert, /** @type {string} */ deed, why = "") {
    const sent = answerAlert(alert.id, deed, why).then((data) => {
      dispatch({ kind: "alert", alert: data });
      set({ notice: "" });
    });
    if (deed !== "acknowledge") return sent;
    return sent.catch((error) => set({ notice: error instanceof Refused ? error.message : "The alert was not taken. Try again." }));
  }

  const ask = (/** @type {string} */ what, /** @type {any} */ alert) =>
    set({ asked: { what, callId: alert.call_id, agent: alert.agent, alert } });

  function deed(/** @type {string} */ what, /** @type {string} */ callId) {
    const call = wall.value.calls[callId];
    const alert = alertOf(wall.value, callId);
    touched = now();
    if (what === "note" && call) set({ asked: { what, callId, agent: call.agent, alert } });
    else if (!alert) set({ notice: `${call?.agent || "This call"} has no open alert.` });
    else if (what === "acknowledge") answer(alert, what);
    else ask(what, alert);
  }

  function send(/** @type {string} */ text) {
    const asked = local.value.asked;
    if (!asked) return Promise.resolve();
    return asked.what === "note" ? sendNote(asked.callId, text) : answer(asked.alert, asked.what, text);
  }

  function close() {
    const asked = local.value.asked;
    set({ asked: null });
    if (asked) requestAnimationFrame(() => focusOn(asked.callId));
  }

  function focusOn(/** @type {string} */ callId) {
    const link = grid()?.querySelector(`a[data-call="${CSS.escape(callId)}"]`);
    if (link instanceof HTMLElement) link.focus();
  }

  const order = () => dispatch({ kind: "settle", held: false });
  listenForKeys({
    grid,
    search: () => document.querySelector("input[type=search]"),
    focus: (current) => {
      touched = now();
      set({ current });
    },
    deed,
    order,
    help: () => set({ help: true }),
  });
  root.addEventListener("pointermove", (event) => {
    if (event.target instanceof Element && event.target.closest("#grid")) touched = now();
  });
  root.addEventListener("focusin", (event) => {
    const callId = event.target instanceof HTMLElement ? event.target.dataset.call : undefined;
    if (callId !== undefined && callId !== local.value.current) set({ current: callId });
  });

  function switchSound() {
    const sound = !local.value.sound;
    localStorage.setItem(SOUND, sound ? "on" : "off");
    set({ sound });
    if (sound) beep();
  }

  function head(/** @type {any[]} */ calls) {
    const w = wall.value;
    const { teams, queues } = choices(w);
    const [kind, word] = LINES[w.connection] ?? LINES.connecting;
    const pick = (/** @type {string} */ name) => (/** @type {any} */ event) => dispatch({ kind: "filter", filter: { [name]: event.target.value } });
    const waiting = waitingToMove(w, now());
    return html`<header class="wall-head">
      <h1>Wall</h1>
      <form class="wall-filter" role="search" aria-label="Filter the wall" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
        <label>Team<select value=${w.filter.team} onChange=${pick("team")}><option value="">all</option>${teams.map((t) => html`<option key=${t}>${t}</option>`)}</select></label>
        <label>Queue<select value=${w.filter.queue} onChange=${pick("queue")}><option value="">all</option>${queues.map((q) => html`<option key=${q}>${q}</option>`)}</select></label>
        <label>Search<input type="search" value=${w.filter.text} onInput=${pick("text")} /></label>
      </form>
      <p class="wall-count"><b>${calls.length}</b> call${calls.length === 1 ? "" : "s"}</p>
      <p class=${`line ${kind}`}><i aria-hidden="true"></i><span>${word}</span></p>
      <label class="switch"><input type="checkbox" checked=${local.value.sound} onChange=${switchSound} />Alert sound</label>
      <button type="button" class="button bare" onClick=${() => set({ help: true })} aria-keyshortcuts="?">Keys</button>
      <a class="button bare" href="/wall/report">How alerts do</a>
      <p class="order-words">${ORDER_WORDS} ${held() && waiting > 0
        ? html`The order holds still while you point or move. <button type="button" class="button" onClick=${order} aria-keyshortcuts="o">Order ${waiting} now</button>`
        : "The order holds still while you point at the calls."}</p>
    </header>`;
  }

  function view() {
    const w = wall.value;
    const { current, help, notice, asked } = local.value;
    const calls = shown(w);
    const at = now();
    const first = calls.some((call) => call.id === current) ? current : calls[0]?.id;
    return html`${head(calls)}
      ${notice && html`<p class="banner warn" role="status">${notice}</p>`}
      <div class="wall-body">
        <${AlertList} wall=${w} time=${Date.now()} ask=${ask} answer=${answer} />
        <section class="wall-calls" aria-labelledby="calls-title"><h2 id="calls-title" class="unseen">Live calls</h2>
        ${calls.length === 0 && html`<p class="empty">${!w.known ? "Connecting." : Object.keys(w.calls).length ? "No call fits the filter." : "Nobody is on the line. A call shows here as soon as it begins."}</p>`}
        <ul id="grid" class="wall-grid">${calls.map((call) => html`<${Tile} key=${call.id} call=${call} now=${at}
          alert=${alertOf(w, call.id)} team=${w.teams[call.agent] ?? ""} current=${call.id === first} />`)}</ul></section>
      </div>
      <${News} wall=${w} />
      ${asked && html`<${Question} key=${asked.what + asked.callId} what=${asked.what} agent=${asked.agent} send=${send} close=${close} />`}
      ${help && html`<${Help} close=${() => set({ help: false })} />`}`;
  }

  const draw = perFrame(() => {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.call : undefined;
    render(view(), root);
    // A tile that moves in the page loses the focus to nobody; it keeps it.
    if (focused !== undefined && document.activeElement === document.body) focusOn(focused);
  });
  root.replaceChildren();
  effect(() => {
    void [wall.value, local.value];
    draw();
  });
  setInterval(() => {
    dispatch({ kind: "settle", held: held() });
    draw();
  }, SETTLE_MS);
  return { wall, cut: line.cut };
}

/** Reads out alerts as they come; many at once as one sentence. @param {{wall: import("./state.js").Wall}} props */
function News({ wall }) {
  const raised = Object.values(wall.alerts).filter((a) => a.state === "raised");
  const latest = raised.sort((a, b) => (a.raised_at < b.raised_at ? 1 : -1))[0];
  const words = !latest ? "" : raised.length > 2 ? `${raised.length} alerts are open. The latest: ${latest.agent}, ${latest.title}` : `${latest.agent}: ${latest.title}. ${latest.quote}`;
  return html`<div class="unseen" role="status">${words}</div>`;
}

/** @param {{close: () => void}} props */
function Help({ close }) {
  const show = (/** @type {HTMLDialogElement | null} */ dialog) => {
    if (dialog && !dialog.open) dialog.showModal();
  };
  return html`<dialog class="keys" aria-labelledby="keys-title" ref=${show} onClose=${close}>
    <h2 id="keys-title">Keys</h2>
    <dl>${KEYS.map(([key, does]) => html`<div key=${key}><dt>${key}</dt><dd>${does}</dd></div>`)}</dl>
    <form method="dialog"><button class="button strong" autofocus>Close</button></form>
  </dialog>`;
}

const root = document.getElementById("wall");
if (root) Object.assign(window, { cueline: startWall(root) });
