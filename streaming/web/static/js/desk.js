// @ts-check
/** The agent's desktop: waits for the agent's call, helps through it, and takes the work after it. */
import { effect, signal } from "../vendor/signals-core.js";
import { Refused, sendFate, sendTick } from "./api.js";
import { Captions } from "./desk/captions.js";
import { Checklist, nextItem } from "./desk/checklist.js";
import { Banners, CallHeader, KeyHelp } from "./desk/header.js";
import { HintDeck } from "./desk/hintdeck.js";
import { listenForKeys } from "./desk/keys.js";
import { MoodPanel } from "./desk/mood.js";
import { ScoreSummary } from "./desk/score.js";
import { Waiting } from "./desk/waiting.js";
import { WrapupForm } from "./desk/wrapup.js";
import { deck } from "./hints.js";
import { keepOpen } from "./socket.js";
import { callSeconds, complete, initial, reduce } from "./store.js";
import { html, perFrame, render } from "./ui.js";

const TICK_MS = 250;
const KEYS_CHOICE = "cueline.keys";

/** @param {HTMLElement} root */
export function startDesk(root) {
  const agent = root.dataset.agent ?? "";
  const state = signal(initial(root.dataset.call ?? ""));
  const wall = signal(/** @type {{calls: any[], connection: string}} */ ({ calls: [], connection: "connecting" }));
  const local = signal({
    marked: /** @type {{id: number} | null} */ (null),
    help: false,
    keysOn: localStorage.getItem(KEYS_CHOICE) !== "off",
    notice: "",
    next: "",
  });
  const now = () => performance.now();
  const dispatch = (/** @type {any} */ message) => {
    state.value = reduce(state.value, { now: now(), ...message });
  };
  const set = (/** @type {Partial<typeof local.value>} */ change) => {
    local.value = { ...local.value, ...change };
  };

  /** @type {ReturnType<typeof keepOpen> | null} */
  let line = null;
  /** @type {ReturnType<typeof keepOpen> | null} */
  let wallLine = null;

  function join(/** @type {string} */ callId) {
    line?.close();
    told.clear();
    state.value = initial(callId);
    set({ marked: null, next: "", notice: "" });
    document.title = `Call ${callId} · Cueline`;
    line = keepOpen({
      address: () => `/calls/${encodeURIComponent(callId)}/live?after=${state.value.seq}`,
      message: received,
      state: (connection) => dispatch({ kind: "connection", state: connection }),
      // The help has to be there when the agent looks back, so a live call keeps its line.
      mayRest: () => state.value.phase !== "live",
    });
  }

  function received(/** @type {any} */ data) {
    if (data.event) dispatch({ kind: "event", seq: data.seq, event: data.event });
    else if (data.hello) dispatch({ kind: "hello", hello: data.hello });
    else if ("caught_up" in data) dispatch({ kind: "caught_up" });
    else if (data.beat) dispatch({ kind: "beat", beat: data.beat });
    if (complete(state.value)) {
      line?.close();
      watch();
    }
  }

  /** Look for the agent's next call. */
  function watch() {
    if (wallLine || root.dataset.fixed) return;
    wallLine = keepOpen({
      address: () => `/live?agent=${encodeURIComponent(agent)}`,
      message: seen,
      state: (connection) => {
        wall.value = { ...wall.value, connection };
      },
    });
  }

  function seen(/** @type {any} */ data) {
    const listed = data.hello?.calls ?? data.beat?.calls;
    wall.value = { calls: listed ?? wall.value.calls, connection: "live" };
    const begun = data.event?.type === "CallStarted" ? data.event.call_id : "";
    const only = listed?.length === 1 || (agent && listed?.length) ? listed[0].call_id : "";
    const found = begun || only;
    if (!found || found === state.value.callId) return;
    if (state.value.phase === "waiting" && !state.value.callId) takeNext(found);
    else if (state.value.phase === "over") set({ next: found });
  }

  function takeNext(/** @type {string} */ callId) {
    wallLine?.close();
    wallLine = null;
    join(callId);
  }

  function finish() {
    const { next } = local.value;
    if (next) takeNext(next);
    else {
      state.value = initial();
      document.title = "Desk · Cueline";
      watch();
    }
  }

  function decide(/** @type {string} */ hintId, /** @type {string} */ fate) {
    const at = callSeconds(state.value, now());
    dispatch({ kind: "fate", hint: hintId, fate });
    report(sendFate(state.value.callId, hintId, fate, at), "What you did with the hint was not saved.");
  }

  function tick(/** @type {string} */ item) {
    dispatch({ kind: "manual", item });
    report(sendTick(state.value.callId, item, ""), "The tick was not saved.");
  }

  function report(/** @type {Promise<any>} */ sent, /** @type {string} */ notice) {
    sent.then(
      () => local.value.notice && set({ notice: "" }),
      (/** @type {Error} */ error) =>
        set({ notice: error instanceof Refused ? `${notice} ${error.message}` : notice }),
    );
  }

  const jump = (/** @type {number} */ id) => set({ marked: { id } });
  const toLive = () => document.querySelector(".to-live")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  listenForKeys({
    on: () => local.value.keysOn,
    primary: () => {
      const card = deck(state.value.hints).primary;
      return card && card.leaving === null ? card.hint.id : null;
    },
    decide,
    help: () => set({ help: true }),
    toLive,
  });

  function switchKeys() {
    const keysOn = !local.value.keysOn;
    localStorage.setItem(KEYS_CHOICE, keysOn ? "on" : "off");
    set({ keysOn });
  }

  function view() {
    const s = state.value;
    const { marked, help, keysOn, notice, next } = local.value;
    if (!s.callId) return html`<${Waiting} agent=${agent} wall=${wall.value} open=${takeNext} />`;
    const seconds = callSeconds(s, now());
    const over = s.phase === "over";
    const captions = html`<${Captions} turns=${s.turns} open=${s.open} gaps=${s.gaps} marked=${marked} phase=${s.phase} />`;
    return html`
      <${CallHeader} state=${s} seconds=${seconds} help=${() => set({ help: true })} />
      <${Banners} state=${s} />
      ${notice && html`<p class="banner bad" role="alert">${notice}</p>`}
      ${next && html`<p class="banner good" role="status">Your next call is on the line.
        <button type="button" class="button strong" onClick=${() => takeNext(next)}>Go to the call</button></p>`}
      <main class=${`desk ${over ? "over" : ""}`} id="main" tabindex="-1">
        <div class="column lead">
          ${over
            ? html`<${WrapupForm} key=${s.callId} callId=${s.callId} agent=${s.call?.agent ?? ""} wrapup=${s.wrapup}
                end=${s.end} turns=${s.turns} jump=${jump} finish=${finish} />`
            : html`<${HintDeck} hints=${s.hints} seconds=${seconds} decide=${decide} jump=${jump} keysOn=${keysOn}
                agentSpeaking=${s.speaking.agent === true} next=${nextItem(s.rows)} />${captions}`}
        </div>
        <div class="column side">
          ${over && html`<${ScoreSummary} scorecard=${s.scorecard} callId=${s.callId} rows=${s.rows} />`}
          <${MoodPanel} mood=${s.mood} moods=${s.moods} seconds=${seconds} jump=${jump} />
          ${over ? captions : html`<${Checklist} rows=${s.rows} seconds=${seconds} jump=${jump} tick=${tick} live=${!over} />`}
        </div>
      </main>
      <${KeyHelp} open=${help} keysOn=${keysOn} switchKeys=${switchKeys} close=${() => set({ help: false })} />`;
  }

  /** @type {Set<string>} */
  const told = new Set();
  /** Count what the agent got to see. */
  function reportShown() {
    const s = state.value;
    if (!s.caughtUp || s.phase !== "live" || document.visibilityState === "hidden") return;
    const { primary, small } = deck(s.hints);
    for (const card of [primary, ...small]) {
      if (!card || card.origin !== "raised" || told.has(card.hint.id)) continue;
      told.add(card.hint.id);
      sendFate(s.callId, card.hint.id, "shown", callSeconds(s, now())).catch(() => {});
    }
  }

  const draw = perFrame(() => {
    render(view(), root);
    reportShown();
  });
  root.replaceChildren();
  effect(() => {
    void [state.value, wall.value, local.value];
    draw();
  });
  setInterval(() => {
    if (state.value.phase !== "live") return;
    dispatch({ kind: "tick" });
    draw();
  }, TICK_MS);
  if (state.value.callId) join(state.value.callId);
  else watch();
  return { state, cut: () => line?.cut() };
}

const root = document.getElementById("desk");
if (root) {
  const desk = startDesk(root);
  // The tests' handle, and a help in the browser's console.
  Object.assign(window, { cueline: desk });
}
