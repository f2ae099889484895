// @ts-check
/**
 * The page's state of one call, made from what the socket says and what the agent does, and from
 * nothing else: `reduce` is pure, time comes in as `now` (milliseconds on a steady clock).
 */

import {
  clearHint,
  decide,
  dropPreviewsOf,
  noHints,
  onUtteranceDone,
  previewHint,
  raiseHint,
  settle,
} from "./hints.js";

/**
 * @typedef {{id: number, channel: string, start: number, end: number, text: string,
 *   redacted: string[], labels: object[], confidence: number | null, failed: string}} Turn
 * @typedef {{id: number, channel: string, start: number, until: number, text: string,
 *   stable: number}} Partial
 * @typedef {{channel: string, start: number, end: number, reason: string}} Gap
 * @typedef {{level: number, flagged: boolean, at: number, reasons: any[]}} Mood
 * @typedef {{item: any, finding: any | null, manual: boolean}} Row
 * @typedef {{kind: string, now: number, [more: string]: any}} Message
 */

/** The state before anything is known. @param {string} callId */
export function initial(callId = "") {
  return {
    callId,
    /** @type {any | null} */ call: null,
    /** @type {"waiting" | "live" | "over"} */ phase: "waiting",
    connection: "connecting",
    /** Whether the past is told, and what comes is happening now. */
    caughtUp: false,
    seq: 0,
    clock: { seconds: 0, at: 0 },
    /** @type {{seconds: number, reason: string} | null} */ end: null,
    /** @type {Turn[]} */ turns: [],
    /** @type {Record<number, Partial>} */ open: {},
    /** @type {Gap[]} */ gaps: [],
    /** @type {Record<string, boolean>} */ speaking: {},
    /** @type {Row[]} */ rows: [],
    hints: noHints(),
    /** @type {Mood} */ mood: { level: 0, flagged: false, at: 0, reasons: [] },
    /** @type {Mood[]} */ moods: [],
    /** @type {Record<string, string>} */ degraded: {},
    /** @type {any | null} */ scorecard: null,
    /** @type {any | null} */ wrapup: null,
    /** What a supervisor wrote to the agent. @type {any[]} */ notes: [],
  };
}

/** @typedef {ReturnType<typeof initial>} State */

/** The call's second at `now`. @param {State} state @param {number} now */
export function callSeconds(state, now) {
  if (state.end) return state.end.seconds;
  if (state.phase !== "live") return state.clock.seconds;
  return state.clock.seconds + Math.max(0, now - state.clock.at) / 1000;
}

/** Whether nothing more will come. @param {State} state */
export function complete(state) {
  return state.phase === "over" && state.wrapup !== null && state.scorecard !== null;
}

/** The state after a message. @param {State} state @param {Message} message @returns {State} */
export function reduce(state, message) {
  const { kind, now } = message;
  if (kind === "event") return afterEvent(state, message);
  if (kind === "hello") return greeted(state, message.hello, now);
  if (kind === "beat") return retimed(state, message.beat?.seconds, now);
  if (kind === "caught_up") return { ...state, caughtUp: true };
  if (kind === "connection") return withConnection(state, message.state);
  if (kind === "tick") return withHints(state, settle(state.hints, timing(state, now)));
  if (kind === "fate") {
    const hints = decide(state.hints, message.hint, message.fate, now);
    return withHints(state, settle(hints, timing(state, now)));
  }
  if (kind === "manual") return ticked(state, message.item);
  if (kind === "wrapup") return { ...state, wrapup: message.wrapup };
  return state;
}

/** @param {State} state @param {Message} message @returns {State} */
function afterEvent(state, { seq, event, now }) {
  if (seq !== null && seq !== undefined) {
    if (seq <= state.seq) return state;
    state = { ...state, seq };
  }
  const handle = HANDLERS[event.type];
  if (!handle) return state;
  const next = handle(state, event, now);
  return withHints(next, settle(next.hints, timing(next, now)));
}

/** @param {State} state @param {any} hello @param {number} now @returns {State} */
function greeted(state, hello, now) {
  const next = withConnection(state, "live");
  if (!hello.live) return next;
  const call = next.call ?? { agent: hello.agent, queue: hello.queue, direction: hello.direction };
  const phase = next.end ? next.phase : /** @type {const} */ ("live");
  return retimed({ ...next, call, phase }, hello.seconds, now);
}

/** @param {State} state @param {string} connection @returns {State} */
function withConnection(state, connection) {
  if (connection === state.connection) return state;
  // What ephemeral events said of the moment is no longer known once the line has broken.
  const lost = connection === "lost";
  return lost
    ? { ...state, connection, open: {}, speaking: {}, hints: dropPreviewsOf(state.hints) }
    : { ...state, connection };
}

/** @param {State} state @param {number | null | undefined} seconds @param {number} now */
function retimed(state, seconds, now) {
  return typeof seconds === "number" ? { ...state, clock: { seconds, at: now } } : state;
}

/** Move the clock on where audio is known to have reached further. */
function heardUntil(/** @type {State} */ state, /** @type {number} */ seconds, /** @type {number} */ now) {
  return seconds > callSeconds(state, now) ? retimed(state, seconds, now) : state;
}

/** @param {State} state @param {number} now */
function timing(state, now) {
  return {
    now,
    seconds: callSeconds(state, now),
    agentSpeaking: state.speaking.agent === true,
    over: state.phase === "over",
  };
}

/** @param {State} state @param {ReturnType<typeof noHints>} hints @returns {State} */
function withHints(state, hints) {
  return hints === state.hints ? state : { ...state, hints };
}

/** @param {State} state @param {string} ruleId @returns {State} */
function ticked(state, ruleId) {
  const rows = state.rows.map((row) => (row.item.rule_id === ruleId ? { ...row, manual: true } : row));
  return { ...state, rows };
}

/** @param {Record<number, Partial>} open @param {number} id */
function without(open, id) {
  if (!(id in open)) return open;
  const { [id]: _, ...rest } = open;
  return rest;
}

/** Put a turn where its start says. @param {Turn[]} turns @param {Turn} turn */
function placed(turns, turn) {
  let at = turns.length;
  while (at > 0 && (turns[at - 1].start > turn.start || (turns[at - 1].start === turn.start && turns[at - 1].id > turn.id))) at -= 1;
  return [...turns.slice(0, at), turn, ...turns.slice(at)];
}

/** @param {State} state @param {number} id @param {(turn: Turn) => Turn} change @returns {State} */
function withTurn(state, id, change) {
  return { ...state, turns: state.turns.map((turn) => (turn.id === id ? change(turn) : turn)) };
}

/** @param {State} state @param {any} finding @returns {State} */
function withFinding(state, finding) {
  const known = state.rows.some((row) => row.item.rule_id === finding.rule_id);
  if (known) {
    const rows = state.rows.map((row) =>
      row.item.rule_id === finding.rule_id ? { ...row, finding } : row,
    );
    return { ...state, rows };
  }
  const item = {
    rule_id: finding.rule_id,
    label: finding.title,
    title: finding.title,
    severity: finding.severity,
    section: "",
    example: "",
    due_s: null,
    pack: "",
  };
  return { ...state, rows: [...state.rows, { item, finding, manual: false }] };
}

/** @type {Record<string, (state: State, event: any, now: number) => State>} */
const HANDLERS = {
  CallStarted: (state, event, now) => ({
    ...state,
    call: event,
    callId: event.call_id,
    phase: "live",
    clock: state.clock.at ? state.clock : { seconds: 0, at: now },
    rows: event.checklist.map((/** @type {any} */ item) => ({
      item,
      finding: null,
      manual: false,
    })),
  }),
  SpeechStarted: (state, event, now) =>
    heardUntil({ ...state, speaking: { ...state.speaking, [event.channel]: true } }, event.at, now),
  SpeechStopped: (state, event, now) =>
    heardUntil({ ...state, speaking: { ...state.speaking, [event.channel]: false } }, event.at, now),
  PartialTranscript: (state, event, now) => {
    if (state.turns.some((turn) => turn.id === event.utterance_id)) return state;
    const partial = {
      id: event.utterance_id,
      channel: event.channel,
      start: event.start,
      until: event.until,
      text: event.text,
      stable: event.stable,
    };
    return heardUntil({ ...state, open: { ...state.open, [partial.id]: partial } }, event.until, now);
  },
  UtteranceFinal: (state, event, now) => {
    const said = event.utterance;
    const turn = { ...said, redacted: event.redacted, labels: [], failed: "" };
    const next = {
      ...state,
      open: without(state.open, said.id),
      turns: placed(state.turns, turn),
      hints: onUtteranceDone(state.hints, said.id, now),
    };
    return heardUntil(next, said.end, now);
  },
  UtteranceRedacted: (state, event) =>
    withTurn(state, event.utterance_id, (turn) => ({
      ...turn,
      text: event.text,
      redacted: event.redacted,
    })),
  LabelsAdded: (state, event) =>
    withTurn(state, event.utterance_id, (turn) => ({ ...turn, labels: event.labels })),
  TranscriptionFailed: (state, event, now) => ({
    ...state,
    open: without(state.open, event.utterance_id),
    hints: onUtteranceDone(state.hints, event.utterance_id, now),
    turns: placed(state.turns, {
      id: event.utterance_id,
      channel: event.channel,
      start: event.start,
      end: event.end,
      text: "",
      redacted: [],
      labels: [],
      confidence: null,
      failed: event.reason,
    }),
  }),
  AudioGap: (state, event) => {
    const { channel, start, end, reason } = event;
    return { ...state, gaps: [...state.gaps, { channel, start, end, reason }] };
  },
  ChecklistChanged: (state, event) => withFinding(state, event.finding),
  HintPreviewed: (state, event, now) => ({
    ...state,
    hints: previewHint(state.hints, event.hint, event.utterance_id, now),
  }),
  HintRaised: (state, event, now) => ({
    ...state,
    hints: raiseHint(state.hints, event.hint, now),
  }),
  HintCleared: (state, event, now) => ({
    ...state,
    hints: clearHint(state.hints, event.hint_id, event.reason, now),
  }),
  AngerChanged: (state, event) => ({
    ...state,
    mood: event.anger,
    moods: [...state.moods, event.anger],
  }),
  Degraded: (state, event) => {
    const { [event.what]: _, ...rest } = state.degraded;
    return { ...state, degraded: event.active ? { ...rest, [event.what]: event.detail } : rest };
  },
  CallEnded: (state, event) => ({
    ...state,
    phase: "over",
    end: { seconds: event.seconds, reason: event.reason },
    open: {},
    speaking: {},
    degraded: {},
  }),
  CallScored: (state, event) => ({ ...state, scorecard: event.scorecard }),
  NoteSent: (state, event) => ({
    ...state,
    notes: [...state.notes.filter((note) => note.note_id !== event.note_id), event],
  }),
  WrapupReady: (state, event) => ({ ...state, wrapup: event.wrapup }),
};
