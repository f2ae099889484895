// @ts-check
/**
 * One socket that stays: it comes back with growing, jittered waits and asks for what it missed by
 * number, closes while the page is hidden for a minute, and takes a silent line for a dead one.
 */

/** Close codes of the server that mean: do not come back. */
export const OVER = 1000;
export const REFUSED = [4401, 4403, 1008];

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10000;
const SILENCE_MS = 25000;
export const HIDDEN_MS = 60000;

/** The wait before attempt `n`, from 0; half fixed, half chance. @param {number} n @param {number} chance */
export function wait(n, chance) {
  const whole = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(n, 10));
  return whole / 2 + (whole / 2) * chance;
}

/** Close a socket; one still on its way is closed when it arrives, since before that is an error. */
function shut(/** @type {WebSocket | null} */ ws) {
  if (ws?.readyState === WebSocket.CONNECTING) ws.onopen = () => ws.close();
  else ws?.close();
}

/**
 * Keep a socket open until `close()`.
 *
 * @param {{
 *   address: () => string,
 *   message: (data: any) => void,
 *   state: (state: "connecting" | "live" | "lost" | "refused" | "over" | "asleep") => void,
 *   mayRest?: () => boolean,
 * }} options `address` is asked anew each time, so that it can carry the last number;
 *   `mayRest` says whether a hidden page may let go of the line.
 */
export function keepOpen({ address, message, state, mayRest = () => true }) {
  /** @type {WebSocket | null} */
  let socket = null;
  let attempt = 0;
  let closed = false;
  let asleep = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let silence;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest;

  function listenFor(/** @type {WebSocket} */ ws) {
    clearTimeout(silence);
    silence = setTimeout(() => drop(ws), SILENCE_MS);
  }

  /** Give up a line that says nothing; its own close event may take minutes. */
  function drop(/** @type {WebSocket} */ ws) {
    if (socket !== ws) return;
    shut(ws);
    lost(ws);
  }

  function lost(/** @type {WebSocket} */ ws) {
    if (socket !== ws) return;
    socket = null;
    clearTimeout(silence);
    if (closed || asleep) return;
    state("lost");
    clearTimeout(retry);
    retry = setTimeout(open, wait(attempt, Math.random()));
    attempt += 1;
  }

  function open() {
    clearTimeout(retry);
    if (closed || asleep || socket) return;
    const url = new URL(address(), location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const ws = new WebSocket(url);
    socket = ws;
    ws.onopen = () => listenFor(ws);
    ws.onmessage = (event) => {
      if (socket !== ws) return;
      attempt = 0;
      listenFor(ws);
      message(JSON.parse(event.data));
    };
    ws.onclose = (event) => {
      if (socket !== ws) return;
      if (event.code === OVER) finish("over");
      else if (REFUSED.includes(event.code)) finish("refused");
      else lost(ws);
    };
  }

  function finish(/** @type {"over" | "refused"} */ how) {
    close();
    state(how);
  }

  function close() {
    closed = true;
    clearTimeout(retry);
    clearTimeout(silence);
    clearTimeout(rest);
    document.removeEventListener("visibilitychange", seen);
    removeEventListener("online", hurry);
    const ws = socket;
    socket = null;
    shut(ws);
  }

  function seen() {
    clearTimeout(rest);
    if (document.visibilityState === "hidden") rest = setTimeout(sleep, HIDDEN_MS);
    else wake();
  }

  function sleep() {
    if (!mayRest()) {
      rest = setTimeout(sleep, HIDDEN_MS);
      return;
    }
    asleep = true;
    const ws = socket;
    socket = null;
    clearTimeout(retry);
    clearTimeout(silence);
    shut(ws);
    state("asleep");
  }

  function wake() {
    if (asleep) {
      asleep = false;
      state("connecting");
    }
    hurry();
  }

  /** The network or the eye is back: try at once. */
  function hurry() {
    if (closed || asleep || socket) return;
    attempt = 0;
    open();
  }

  document.addEventListener("visibilitychange", seen);
  addEventListener("online", hurry);
  state("connecting");
  open();
  return {
    close,
    /** Cut the line as a network would; for tests. */
    cut: () => {
      const ws = socket;
      if (ws) drop(ws);
    },
  };
}
