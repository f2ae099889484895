// @ts-check
/** Playing one stretch over and over: the evidence looked at last, else the line that is playing. */
import { isWriting } from "../ui.js";

const LEAD_S = 0.6;
const SHORTEST_S = 1.5;

/** @param {HTMLElement} panel @param {import("./player.js").Player} player */
export function startLoop(panel, player) {
  const button = /** @type {HTMLButtonElement | null} */ (panel.querySelector("[data-do=loop]"));
  /** @type {[number, number] | null} */
  let aimed = null;
  /** @type {[number, number] | null} */
  let held = null;

  /** @param {Element | null | undefined} link */
  function aim(link) {
    if (!(link instanceof HTMLElement) || !link.dataset.seek) return;
    const start = Number(link.dataset.seek);
    aimed = [start, Math.max(Number(link.dataset.until ?? start), start + SHORTEST_S)];
    if (held) held = aimed;
  }

  /** The line that is heard now. @returns {[number, number]} */
  function line() {
    const said = /** @type {HTMLElement | null} */ (document.querySelector("li.playing"));
    const now = player.audio.currentTime;
    return said ? [Number(said.dataset.start), Number(said.dataset.end)] : [Math.max(0, now - 5), now];
  }

  function toggle() {
    held = held ? null : (aimed ?? line());
    button?.setAttribute("aria-pressed", String(held !== null));
    button?.classList.toggle("on", held !== null);
    if (held) player.seek(Math.max(0, held[0] - LEAD_S), true);
  }

  player.audio.addEventListener("timeupdate", () => {
    if (held && player.audio.currentTime > held[1] + LEAD_S) player.seek(Math.max(0, held[0] - LEAD_S));
  });
  button?.addEventListener("click", toggle);
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element) aim(event.target.closest("[data-seek]"));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
    if (event.key.toLowerCase() !== "o") return;
    toggle();
    event.preventDefault();
  });
  return { aim };
}
