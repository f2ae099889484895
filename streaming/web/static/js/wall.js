// @ts-check
/** The live calls, from the wall's socket. Pure. */

/**
 * @typedef {{call_id: string, agent: string, queue: string, direction: string, seconds: number,
 *   anger: number, flagged: boolean, at: number}} LiveCall
 * @typedef {{calls: LiveCall[]}} Wall
 */

/** @param {Wall | undefined} wall @param {any} message @returns {Wall} */
export function reduceWall(wall = { calls: [] }, { kind, data, now }) {
  if (kind !== "message") return wall;
  const listed = data.hello?.calls ?? data.beat?.calls;
  if (listed) return { calls: listed.map((/** @type {any} */ call) => ({ ...call, at: now })) };
  if (!data.event) return wall;
  const { call, event } = data;
  if (event.type === "CallStarted") {
    const { agent, queue, direction } = event;
    const begun = { call_id: call, agent, queue, direction, seconds: 0, anger: 0, flagged: false, at: now };
    return { calls: [...wall.calls.filter((c) => c.call_id !== call), begun] };
  }
  if (event.type === "CallEnded") return { calls: wall.calls.filter((c) => c.call_id !== call) };
  if (event.type === "AngerChanged") {
    const { level: anger, flagged } = event.anger;
    return { calls: wall.calls.map((c) => (c.call_id === call ? { ...c, anger, flagged } : c)) };
  }
  return wall;
}

/** The calls with their seconds, those in need first. @param {Wall} wall @param {number} now */
export function wallNow(wall, now) {
  const calls = wall.calls.map((call) => ({ call, seconds: call.seconds + (now - call.at) / 1000 }));
  const need = (/** @type {LiveCall} */ call) => (call.flagged ? 10 : 0) + call.anger;
  return calls.sort((a, b) => need(b.call) - need(a.call) || b.seconds - a.seconds);
}
