// @ts-check
/**
 * Which hint cards the agent sees, and when. Pure, as the rest of the store.
 *
 * A preview shows at once and goes quietly where its utterance ends without confirming it. A new
 * card that is not critical waits while the agent is in mid-sentence. A card that is being read
 * does not move: only a more urgent one takes its place.
 */

/**
 * @typedef {{id: string, rule_id: string, text: string, at: number, expires_at: number,
 *   priority: "critical" | "normal" | "low", detail: string, why: string, topic: string,
 *   evidence: any[]}} Hint
 * @typedef {{hint: Hint, origin: "preview" | "raised", utterance: number | null, arrived: number,
 *   shown: number | null, done: number | null, snoozedUntil: number | null, until: number,
 *   leaving: number | null}} Card
 * @typedef {{hint: Hint, fate: string, at: number}} Past
 * @typedef {{cards: Card[], closed: Record<string, string>, past: Past[]}} Hints
 * @typedef {{now: number, seconds: number, agentSpeaking: boolean, over: boolean}} Timing
 */

/** Longest wait for the end of the agent's sentence, in milliseconds. */
export const HOLD_MS = 4000;
/** How long a preview outlives the end of its utterance unconfirmed. */
export const CONFIRM_MS = 2500;
/** How long a preview lives without any word of its utterance. */
export const PREVIEW_MS = 15000;
/** How long a snoozed card stays away, and the least it then stays. */
export const SNOOZE_MS = 30000;
/** How long a card that was said shows its tick before it goes. */
export const LEAVE_MS = 1500;
const PAST_KEPT = 20;

const RANK = { critical: 0, normal: 1, low: 2 };

/** @returns {Hints} */
export function noHints() {
  return { cards: [], closed: {}, past: [] };
}

/** @param {Hints} hints @param {Hint} hint @param {number} utterance @param {number} now @returns {Hints} */
export function previewHint(hints, hint, utterance, now) {
  if (hint.id in hints.closed || hints.cards.some((card) => card.hint.id === hint.id)) return hints;
  return { ...hints, cards: [...hints.cards, newCard(hint, "preview", utterance, now)] };
}

/** @param {Hints} hints @param {Hint} hint @param {number} now @returns {Hints} */
export function raiseHint(hints, hint, now) {
  if (hint.id in hints.closed) return hints;
  const known = hints.cards.find((card) => card.hint.id === hint.id);
  if (!known) return { ...hints, cards: [...hints.cards, newCard(hint, "raised", null, now)] };
  /** @type {Card} */
  const raised = { ...known, hint, origin: "raised", until: hint.expires_at };
  return { ...hints, cards: hints.cards.map((card) => (card === known ? raised : card)) };
}

/** @param {Hints} hints @param {string} id @param {string} reason @param {number} now @returns {Hints} */
export function clearHint(hints, id, reason, now) {
  const card = hints.cards.find((c) => c.hint.id === id);
  if (!card) return { ...hints, closed: { ...hints.closed, [id]: reason } };
  if (reason === "expired" && card.snoozedUntil !== null) return hints;
  if (reason === "said" && card.shown !== null && card.snoozedUntil === null) {
    const cards = hints.cards.map((c) => (c === card ? { ...c, leaving: c.leaving ?? now } : c));
    return { ...hints, cards };
  }
  return removed(hints, card, reason, now);
}

/** What the agent did: used, dismissed, not_helpful or snoozed. */
export function decide(
  /** @type {Hints} */ hints,
  /** @type {string} */ id,
  /** @type {string} */ fate,
  /** @type {number} */ now,
) {
  const card = hints.cards.find((c) => c.hint.id === id);
  if (!card) return hints;
  if (fate !== "snoozed") return removed(hints, card, fate, now);
  const snoozed = { ...card, snoozedUntil: now + SNOOZE_MS };
  return { ...hints, cards: hints.cards.map((c) => (c === card ? snoozed : c)) };
}

/** The utterance a preview came from is final: its confirmation is due, others' is overdue. */
export function onUtteranceDone(
  /** @type {Hints} */ hints,
  /** @type {number} */ utterance,
  /** @type {number} */ now,
) {
  if (!hints.cards.some((card) => card.origin === "preview")) return hints;
  // Finals come in order and an utterance's hints come before the next final.
  const kept = hints.cards.filter((c) => c.origin !== "preview" || c.done === null || c.utterance === utterance);
  const cards = kept.map((card) =>
    card.origin === "preview" && card.utterance === utterance ? { ...card, done: card.done ?? now } : card,
  );
  return { ...hints, cards };
}

/** The line broke: what was only previewed is not known any more. @param {Hints} hints */
export function dropPreviewsOf(hints) {
  const cards = hints.cards.filter((card) => card.origin !== "preview");
  return cards.length === hints.cards.length ? hints : { ...hints, cards };
}

/** Let time pass: show what was held, take away what is over. @param {Hints} hints @param {Timing} t */
export function settle(hints, t) {
  if (hints.cards.length === 0) return hints;
  let next = hints;
  for (const card of hints.cards) {
    const reason = t.over ? "ended" : overdue(card, t);
    if (reason) next = reason === "withdrawn" ? withdrawn(next, card) : removed(next, card, reason, t.now);
  }
  const cards = next.cards.map((card) => woken(card, t));
  const same = next === hints && cards.every((card, at) => card === next.cards[at]);
  return same ? hints : { ...next, cards };
}

/** @param {Card} card @param {Timing} t @returns {string} "" while the card may stay */
function overdue(card, t) {
  if (card.leaving !== null) return t.now - card.leaving >= LEAVE_MS ? "said" : "";
  if (card.origin === "preview") {
    if (card.done !== null && t.now - card.done >= CONFIRM_MS) return "withdrawn";
    if (t.now - card.arrived >= PREVIEW_MS) return "withdrawn";
  }
  if (card.snoozedUntil !== null) return "";
  return t.seconds > card.until ? "expired" : "";
}

/** @param {Card} card @param {Timing} t @returns {Card} */
function woken(card, t) {
  if (card.snoozedUntil !== null && t.now >= card.snoozedUntil) {
    const until = Math.max(card.until, t.seconds + 20);
    return { ...card, snoozedUntil: null, shown: t.now, until };
  }
  if (card.shown !== null || card.snoozedUntil !== null) return card;
  const held = t.agentSpeaking && card.hint.priority !== "critical" && t.now - card.arrived < HOLD_MS;
  return held ? card : { ...card, shown: t.now };
}

/**
 * What to draw: one card in full, two small, and how many more wait.
 * @param {Hints} hints @param {boolean} [quiet] whether only critical cards are drawn
 */
export function deck(hints, quiet = false) {
  const shown = hints.cards.filter(
    (card) => card.shown !== null && card.snoozedUntil === null && (!quiet || card.hint.priority === "critical"),
  );
  if (shown.length === 0) return { primary: null, small: [], more: 0 };
  const rank = (/** @type {Card} */ card) => RANK[card.hint.priority] ?? 1;
  const at = (/** @type {Card} */ card) => card.shown ?? 0;
  const primary = shown.reduce((a, b) => (rank(b) < rank(a) || (rank(b) === rank(a) && at(b) < at(a)) ? b : a));
  const rest = shown.filter((card) => card !== primary);
  rest.sort((a, b) => rank(a) - rank(b) || at(b) - at(a));
  return { primary, small: rest.slice(0, 2), more: Math.max(0, rest.length - 2) };
}

/** @param {Hint} hint @param {"preview" | "raised"} origin @param {number | null} utterance @param {number} now @returns {Card} */
function newCard(hint, origin, utterance, now) {
  return {
    hint,
    origin,
    utterance,
    arrived: now,
    shown: null,
    done: null,
    snoozedUntil: null,
    until: hint.expires_at,
    leaving: null,
  };
}

/** @param {Hints} hints @param {Card} card @param {string} fate @param {number} now @returns {Hints} */
function removed(hints, card, fate, now) {
  return {
    cards: hints.cards.filter((c) => c.hint.id !== card.hint.id),
    closed: { ...hints.closed, [card.hint.id]: fate },
    past: [...hints.past, { hint: card.hint, fate, at: now }].slice(-PAST_KEPT),
  };
}

/** A preview that did not hold: it may still be raised later. @param {Hints} hints @param {Card} card */
function withdrawn(hints, card) {
  return { ...hints, cards: hints.cards.filter((c) => c.hint.id !== card.hint.id) };
}
