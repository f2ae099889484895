// @ts-check
/** One key for each thing an agent does with a hint; off where the agent turns them off. */
import { isTyping } from "../ui.js";

const FATES = /** @type {Record<string, string>} */ ({
  enter: "used",
  u: "used",
  x: "dismissed",
  escape: "dismissed",
  n: "not_helpful",
  s: "snoozed",
});

/**
 * @param {{on: () => boolean, primary: () => string | null, decide: (id: string, fate: string) => void,
 *   help: () => void, toLive: () => void, more: Record<string, () => void>}} options `more` are the other keys of the desk.
 */
export function listenForKeys({ on, primary, decide, help, toLive, more }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event)) return;
    const key = event.key.toLowerCase();
    if (key === "?") {
      event.preventDefault();
      help();
      return;
    }
    if (!on()) return;
    if (key === "l") {
      toLive();
      return;
    }
    if (Object.hasOwn(more, key)) {
      event.preventDefault();
      more[key]();
      return;
    }
    // Enter on a button or a link is that button's.
    const target = event.target instanceof Element ? event.target : null;
    if (key === "enter" && target?.closest("button, a, summary")) return;
    const fate = FATES[key];
    const hint = fate && primary();
    if (!hint) return;
    event.preventDefault();
    decide(hint, fate);
  });
}
