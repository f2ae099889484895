// @ts-check
/** The list's live part: the calls on the line, as they move. The rest of the page needs no script. */
import { effect, signal } from "../vendor/signals-core.js";
import { clock, levelWord } from "./format.js";
import { localTimes } from "./localtime.js";
import { keepOpen } from "./socket.js";
import { html, perFrame, render } from "./ui.js";
import { reduceWall, wallNow } from "./wall.js";

const TICK_MS = 1000;

/** @param {{call: any, seconds: number}} props */
function Tile({ call, seconds }) {
  return html`<a class="tile" data-level=${call.anger} href=${`/calls/${encodeURIComponent(call.call_id)}/desk`}>
    <span class="who">${call.agent || "No agent named"}</span>
    <time class="timer">${clock(seconds)}</time>
    <span class="queue">${call.queue || "no queue"} · ${call.direction}</span>
    <span class="mood-word" data-level=${call.anger}>
      <span class="steps" aria-hidden="true">${[1, 2, 3, 4].map((n) => html`<i class=${n <= call.anger ? "on" : ""} key=${n}></i>`)}</span>
      ${levelWord(call.anger)}</span>
  </a>`;
}

const LINES = /** @type {Record<string, [string, string]>} */ ({
  live: ["good", "updating"],
  lost: ["bad", "reconnecting"],
  connecting: ["wait", "connecting"],
  asleep: ["wait", "paused while hidden"],
  refused: ["bad", "signed out"],
  over: ["quiet", "over"],
});

export function startCalls(/** @type {HTMLElement} */ root, /** @type {HTMLElement | null} */ line) {
  const wall = signal(reduceWall(undefined, { kind: "start", now: performance.now() }));
  const connection = signal("connecting");
  const draw = perFrame(() => {
    const calls = wallNow(wall.value, performance.now());
    render(
      calls.length
        ? calls.map(({ call, seconds }) => html`<${Tile} key=${call.call_id} call=${call} seconds=${seconds} />`)
        : html`<p class="empty">Nobody is on the line. A live call shows here as soon as it begins.</p>`,
      root,
    );
    const [kind, word] = LINES[connection.value] ?? LINES.connecting;
    if (!line) return;
    line.hidden = false;
    line.className = `line ${kind}`;
    const text = line.querySelector("span");
    if (text) text.textContent = word;
  });
  const socket = keepOpen({
    address: () => "/live",
    message: (data) => {
      wall.value = reduceWall(wall.value, { kind: "message", data, now: performance.now() });
      connection.value = "live";
    },
    state: (state) => {
      connection.value = state;
    },
  });
  let fresh = false;
  effect(() => {
    void [wall.value, connection.value];
    // What the server drew stays until the socket knows better.
    if (!fresh && connection.value !== "live") return;
    if (!fresh) {
      fresh = true;
      root.replaceChildren();
    }
    draw();
  });
  setInterval(() => fresh && wall.value.calls.length && draw(), TICK_MS);
  return socket;
}

localTimes();
const root = document.getElementById("live");
if (root) {
  const socket = startCalls(root, document.getElementById("live-line"));
  Object.assign(window, { cueline: { cut: socket.cut } });
}
