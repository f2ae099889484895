// @ts-check
/**
 * The wall's state, made from what its socket says and what the supervisor does, and from nothing
 * else: `reduce` is pure, and time comes in as `now` (milliseconds on a steady clock).
 */
import { byNeed } from "./need.js";

/**
 * @typedef {{quote: string, at: number}} Reason
 * @typedef {{id: string, agent: string, queue: string, direction: string, seconds: number,
 *   anger: number, flagged: boolean, trend: number, why: Reason[], quiet_at: number | null,
 *   both_at: number | null, overtalk_s: number, hold_at: number | null, done: number,
 *   total: number, open: string[], missed: string[], hint: {text: string, priority: string} | null,
 *   note: {text: string, by: string, seen: boolean} | null, at: number, over: boolean}} Call
 * @typedef {{kind: string, level: number, title: string, quote: string, second: number}} Sign
 * @typedef {Sign & {id: string, call_id: string, agent: string, queue: string, state: string,
 *   raised_at: string, opened_at: string, acknowledged_by: string, also: Sign[], live: boolean}} Alert
 * @typedef {{team: string, queue: string, text: string}} Filter
 * @typedef {{kind: string, now: number, [more: string]: any}} Message
 */

export const OPEN = ["raised", "acknowledged"];

/** The state before anything is known. */
export function initialWall() {
  return {
    connection: "connecting",
    known: false,
    /** @type {Record<string, Call>} */ calls: {},
    /** @type {Record<string, Alert>} */ alerts: {},
    /** @type {Record<string, string>} */ teams: {},
    /** The calls as they stand on the wall. @type {string[]} */ order: [],
    /** @type {Filter} */ filter: { team: "", queue: "", text: "" },
  };
}

/** @typedef {ReturnType<typeof initialWall>} Wall */

/** The call's second at `now`. @param {Call} call @param {number} now */
export function secondsOf(call, now) {
  return call.over ? call.seconds : call.seconds + Math.max(0, now - call.at) / 1000;
}

/** The state after a message. @param {Wall} wall @param {Message} message @returns {Wall} */
export function reduce(wall, message) {
  const { kind, now } = message;
  if (kind === "hello") return greeted(wall, message.body, now);
  if (kind === "wall") return told(wall, message.body, now);
  if (kind === "beat") return retimed(wall, message.body.seconds, now);
  if (kind === "alert") return withAlerts(wall, [message.alert]);
  if (kind === "settle") return message.held ? wall : settled(wall, now);
  if (kind === "filter") return { ...wall, filter: { ...wall.filter, ...message.filter } };
  if (kind === "connection")
    return message.state === wall.connection ? wall : { ...wall, connection: message.state };
  return wall;
}

/** @param {Wall} wall @param {any} body @param {number} now @returns {Wall} */
function greeted(wall, body, now) {
  const calls = Object.fromEntries(body.calls.map((/** @type {any} */ c) => [c.id, fresh(c, now)]));
  const alerts = Object.fromEntries(body.alerts.map((/** @type {Alert} */ a) => [a.id, a]));
  const next = { ...wall, known: true, connection: "live", calls, alerts, teams: body.teams ?? {} };
  // After a broken line the tiles stay where they were; what is new comes behind them.
  const order = [...wall.order.filter((id) => id in calls), ...added(wall.order, Object.keys(calls))];
  return wall.known ? { ...next, order } : settled(next, now);
}

/** @param {Wall} wall @param {any} body @param {number} now @returns {Wall} */
function told(wall, body, now) {
  const calls = { ...wall.calls };
  for (const call of body.calls) calls[call.id] = fresh(call, now);
  for (const id of body.gone)
    if (calls[id]) calls[id] = { ...calls[id], seconds: secondsOf(calls[id], now), at: now, over: true };
  const order = [...wall.order, ...added(wall.order, body.calls.map((/** @type {Call} */ c) => c.id))];
  return withAlerts({ ...wall, calls, order }, body.alerts);
}

/** @param {Wall} wall @param {Alert[]} changed @returns {Wall} */
function withAlerts(wall, changed) {
  if (changed.length === 0) return wall;
  const alerts = { ...wall.alerts };
  for (const alert of changed) {
    if (OPEN.includes(alert.state)) alerts[alert.id] = { ...alert, live: alert.live ?? alerts[alert.id]?.live };
    else delete alerts[alert.id];
  }
  return { ...wall, alerts };
}

/** @param {Wall} wall @param {Record<string, number>} seconds @param {number} now @returns {Wall} */
function retimed(wall, seconds, now) {
  const calls = { ...wall.calls };
  for (const [id, at] of Object.entries(seconds))
    if (calls[id] && !calls[id].over) calls[id] = { ...calls[id], seconds: at, at: now };
  return { ...wall, calls };
}

/** Order the calls anew and let those that are over go. @param {Wall} wall @param {number} now @returns {Wall} */
function settled(wall, now) {
  const live = Object.values(wall.calls).filter((call) => !call.over);
  const gone = live.length !== Object.keys(wall.calls).length;
  const calls = gone ? Object.fromEntries(live.map((call) => [call.id, call])) : wall.calls;
  const order = byNeed({ ...wall, calls }, now);
  const same = !gone && order.length === wall.order.length && order.every((id, n) => id === wall.order[n]);
  return same ? wall : { ...wall, calls, order };
}

/** How many tiles stand elsewhere than their need says. @param {Wall} wall @param {number} now */
export function waitingToMove(wall, now) {
  const order = byNeed(wall, now);
  return order.filter((id, n) => id !== wall.order[n]).length;
}

/** @param {any} call @param {number} now @returns {Call} */
function fresh(call, now) {
  return { ...call, at: now, over: false };
}

/** @param {string[]} order @param {string[]} ids */
function added(order, ids) {
  const known = new Set(order);
  return ids.filter((id) => !known.has(id));
}

/** The calls that the filter lets through, as they stand. @param {Wall} wall @returns {Call[]} */
export function shown(wall) {
  const { team, queue, text } = wall.filter;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return wall.order
    .map((id) => wall.calls[id])
    .filter((call) => {
      if (!call || (team && wall.teams[call.agent] !== team) || (queue && call.queue !== queue)) return false;
      if (words.length === 0) return true;
      const said = [call.agent, call.queue, wall.teams[call.agent] ?? "", call.id, ...call.why.map((w) => w.quote), ...call.missed];
      const whole = said.join(" ").toLowerCase();
      return words.every((word) => whole.includes(word));
    });
}

/** The teams and queues that calls on the wall have. @param {Wall} wall */
export function choices(wall) {
  const calls = Object.values(wall.calls);
  const sorted = (/** @type {string[]} */ all) => [...new Set(all.filter(Boolean))].sort();
  return {
    teams: sorted([...Object.values(wall.teams)]),
    queues: sorted([...calls.map((call) => call.queue), wall.filter.queue]),
  };
}
