// @ts-check
/** The agent's desktop: waits for the agent's call, helps through it, and takes the work after it. */
import { effect, signal } from "../vendor/signals-core.js";
import { Refused, sendFate, sendTick } from "./api.js";
import { watchQuestions, OFFER_MS } from "./desk/answers.js";
import { Brief } from "./desk/brief.js";
import { Captions } from "./desk/captions.js";
import { Checklist, nextItem } from "./desk/checklist.js";
import { Banners, CallHeader, KeyHelp } from "./desk/header.js";
import { HintDeck } from "./desk/hintdeck.js";
import { listenForKeys } from "./desk/keys.js";
import { Knowledge, Offered } from "./desk/knowledge.js";
import { MoodPanel } from "./desk/mood.js";
import { Outgoing, keepOutgoing } from "./desk/outgoing.js";
import { ScoreSummary } from "./desk/score.js";
import { Waiting } from "./desk/waiting.js";
import { Whisper } from "./desk/whisper.js";
import { WrapupForm } from "./desk/wrapup.js";
import { deck } from "./hints.js";
import { keepOpen } from "./socket.js";
import { callSeconds, complete, initial, reduce } from "./store.js";
import { Icon, html, perFrame, render } from "./ui.js";

const TICK_MS = 250;
const KEYS_CHOICE = "cueline.keys";
const QUIET_CHOICE = "cueline.quiet";

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
    quiet: false,
    brief: false,
    offer: /** @type {import("./desk/answers.js").Offer | null} */ (null),
    card: /** @type {any} */ (null),
    sent: /** @type {import("./desk/outgoing.js").Item[]} */ ([]),
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
    set({ marked: null, next: "", notice: "", brief: false, offer: null, card: null });
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
    // A call that a restart of the server broke off never gets its draft: do not wait for it.
    if (state.value.phase === "over") watch();
    if (complete(state.value)) line?.close();
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

  function finish(/** @type {import("./desk/outgoing.js").Item[]} */ items = []) {
    if (items.length) outgoing.take(state.value.callId, items);
    const { next } = local.value;
    if (next) takeNext(next);
    else if (root.dataset.fixed) location.assign(`/desk?agent=${encodeURIComponent(state.value.call?.agent ?? "")}`);
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
  const outgoing = keepOutgoing((sent) => set({ sent }));
  const articles = root.dataset.knowledge === "true";
  const look = watchQuestions({
    on: () => articles && !local.value.quiet && document.visibilityState !== "hidden",
    found: (offer) => set({ offer }),
    now,
  });
  /** Kept by agent, since several may share a computer. */
  const quietKey = () => `${QUIET_CHOICE}.${state.value.call?.agent || agent}`;
  function switchQuiet() {
    const quiet = !local.value.quiet;
    localStorage.setItem(quietKey(), quiet ? "on" : "off");
    set({ quiet, offer: null });
  }
  function readOffer() {
    const { offer } = local.value;
    if (offer) set({ card: offer.card, offer: null, brief: false });
  }
  const switchBrief = () => state.value.callId && set({ brief: !local.value.brief });

  const toLive = () => document.querySelector(".to-live")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
  listenForKeys({
    on: () => local.value.keysOn,
    primary: () => {
      const card = deck(state.value.hints, local.value.quiet).primary;
      return card && card.leaving === null ? card.hint.id : null;
    },
    decide,
    help: () => set({ help: true }),
    toLive,
    more: {
      "/": () => document.getElementById("seek")?.focus(),
      k: readOffer,
      b: switchBrief,
      q: switchQuiet,
    },
  });

  function switchKeys() {
    const keysOn = !local.value.keysOn;
    localStorage.setItem(KEYS_CHOICE, keysOn ? "on" : "off");
    set({ keysOn });
  }

  function view() {
    const s = state.value;
    const { marked, help, keysOn, notice, next, quiet, brief, offer, card, sent } = local.value;
    const strip = html`<${Outgoing} items=${sent} retry=${outgoing.retry} />`;
    if (!s.callId) return html`<${Waiting} agent=${agent} wall=${wall.value} open=${takeNext} sent=${strip} />`;
    const seconds = callSeconds(s, now());
    const over = s.phase === "over";
    const captions = html`<${Captions} turns=${s.turns} open=${s.open} gaps=${s.gaps} marked=${marked} phase=${s.phase} />`;
    return html`
      <${CallHeader} state=${s} seconds=${seconds} help=${() => set({ help: true })}>
        ${articles && html`<${Knowledge} queue=${s.call?.queue ?? ""} agent=${s.call?.agent ?? agent} card=${card} keysOn=${keysOn}
          closed=${() => set({ card: null })} />`}
        <button type="button" class="button bare" aria-pressed=${String(brief)} aria-keyshortcuts=${keysOn ? "B" : undefined}
          onClick=${switchBrief}><${Icon} name="link" />Brief</button>
        ${!over && html`<button type="button" class="button bare" aria-pressed=${String(quiet)} aria-keyshortcuts=${keysOn ? "Q" : undefined}
          onClick=${switchQuiet}><${Icon} name="snooze" />Quiet</button>`}
      <//>
      <${Banners} state=${s} />
      ${!over && html`<${Whisper} notes=${s.notes} callId=${s.callId} keysOn=${keysOn} />`}
      ${notice && html`<p class="banner bad" role="alert">${notice}</p>`}
      ${strip}
      ${next && html`<p class="banner good" role="status">Your next call is on the line.
        <button type="button" class="button strong" onClick=${() => takeNext(next)}>Go to the call</button></p>`}
      <main class=${`desk ${over ? "over" : ""}`} id="main" tabindex="-1">
        <div class="column lead">
          ${over
            ? html`<${WrapupForm} key=${s.callId} callId=${s.callId} agent=${s.call?.agent ?? ""} wrapup=${s.wrapup}
                end=${s.end} turns=${s.turns} jump=${jump} finish=${finish} />`
            : html`<${HintDeck} hints=${s.hints} seconds=${seconds} decide=${decide} jump=${jump} keysOn=${keysOn}
                agentSpeaking=${s.speaking.agent === true} next=${nextItem(s.rows)} quiet=${quiet}
                offered=${offer && html`<${Offered} card=${offer.card} keysOn=${keysOn} open=${readOffer} close=${() => set({ offer: null })} />`} />${captions}`}
        </div>
        <div class="column side">
          ${brief && html`<${Brief} key=${s.callId} callId=${s.callId} jump=${jump} close=${() => set({ brief: false })} />`}
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
    const { primary, small } = deck(s.hints, local.value.quiet);
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
  effect(() => {
    const known = localStorage.getItem(quietKey()) === "on";
    if (known !== local.peek().quiet) set({ quiet: known });
    look(state.value);
  });
  setInterval(() => {
    if (state.value.phase !== "live") return;
    const { offer } = local.value;
    if (offer && now() - offer.at > OFFER_MS) set({ offer: null });
    dispatch({ kind: "tick" });
    draw();
  }, TICK_MS);
  if (state.value.callId) join(state.value.callId);
  else watch();
  void outgoing.begin();
  return { state, cut: () => line?.cut() };
}

const root = document.getElementById("desk");
if (root) {
  const desk = startDesk(root);
  // The tests' handle, and a help in the browser's console.
  Object.assign(window, { cueline: desk });
}
