// @ts-check
/** The wall by keyboard: arrows move over the tiles as they stand, letters act on the one in focus. */
import { isTyping } from "../ui.js";

const DEEDS = /** @type {Record<string, string>} */ ({ n: "note", t: "acknowledge", r: "resolve", f: "false" });

export const KEYS = [
  ["Arrows, Home, End", "move over the calls"],
  ["Enter", "open the call"],
  ["N", "note to the agent"],
  ["T", "take the call’s alert"],
  ["R", "resolve the alert"],
  ["F", "false alert"],
  ["O", "put the calls in order now"],
  ["/", "search"],
  ["?", "this list"],
];

/** The tiles' links in the order of the page. @param {HTMLElement} grid @returns {HTMLElement[]} */
function links(grid) {
  return [...grid.querySelectorAll("a[data-call]")].map((each) => /** @type {HTMLElement} */ (each));
}

/** How many tiles stand in the first row. @param {HTMLElement[]} all */
function columns(all) {
  const top = all[0]?.getBoundingClientRect().top;
  const next = all.findIndex((each) => each.getBoundingClientRect().top !== top);
  return next < 0 ? Math.max(1, all.length) : next;
}

/** Where a key leads from tile `at`. @param {string} key @param {number} at @param {HTMLElement[]} all */
function target(key, at, all) {
  if (key === "Home") return 0;
  if (key === "End") return all.length - 1;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(all), ArrowDown: columns(all) }[key];
  if (step === undefined) return null;
  const to = at + step;
  return to < 0 || to >= all.length ? at : to;
}

/**
 * @param {{grid: () => HTMLElement | null, search: () => HTMLElement | null,
 *   focus: (callId: string) => void, deed: (deed: string, callId: string) => void,
 *   order: () => void, help: () => void}} options
 */
export function listenForKeys({ grid, search, focus, deed, order, help }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const found = grid();
    const at = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.call : undefined;
    if (key === "?") help();
    else if (key === "/") search()?.focus();
    else if (key === "o") order();
    else if (at !== undefined && found && DEEDS[key]) deed(DEEDS[key], at);
    else if (at !== undefined && found) {
      const all = links(found);
      const to = target(key, all.findIndex((each) => each.dataset.call === at), all);
      if (to === null) return;
      all[to]?.focus();
      focus(all[to]?.dataset.call ?? at);
    } else return;
    event.preventDefault();
  });
}
