// @ts-check
/** Offers a card for what the customer asks: one question at a time, the newest first. */
import { suggestCard } from "../api.js";

/** @typedef {{id: string, title: string, heading: string, text: string, source: string, date: string, owner: string, stale: string}} Article */
/** @typedef {{card: Article, turn: number, at: number}} Offer */

/** How long an offered card stays, in milliseconds. */
export const OFFER_MS = 40000;
const LEAST_WORDS = 4;

/**
 * @param {{on: () => boolean, found: (offer: Offer) => void, now: () => number,
 *   ask?: (text: string, queue: string) => Promise<any>}} options
 */
export function watchQuestions({ on, found, now, ask = suggestCard }) {
  let call = "";
  /** @type {Set<number>} */
  let seen = new Set();
  /** @type {{turn: any, queue: string} | null} */
  let waiting = null;
  let busy = false;

  async function go() {
    if (busy || !waiting) return;
    const { turn, queue } = waiting;
    const asked = call;
    waiting = null;
    busy = true;
    try {
      const { card } = await ask(turn.text, queue);
      if (card && call === asked && on()) found({ card, turn: turn.id, at: now() });
    } catch {
      // An answer that does not come is no fault worth a notice in the middle of a call.
    }
    busy = false;
    void go();
  }

  /** Look at the call; what was said before the page came is past. @param {import("../store.js").State} state */
  return (state) => {
    if (state.callId !== call) {
      call = state.callId;
      seen = new Set();
      waiting = null;
    }
    const live = state.caughtUp && state.phase === "live" && on();
    for (const turn of state.turns) {
      if (seen.has(turn.id)) continue;
      seen.add(turn.id);
      if (!live || turn.channel === "agent" || turn.text.split(" ").length < LEAST_WORDS) continue;
      waiting = { turn, queue: state.call?.queue ?? "" };
    }
    void go();
  };
}
