// @ts-check
/** Findings by key: N and P go from one to the next and put the sound there, E opens its evidence. */
import { isWriting } from "../ui.js";

/** @param {import("./player.js").Player | null} player */
export function startFindingKeys(player) {
  const all = /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll("details.finding")]);
  let at = -1;

  function open(/** @type {HTMLDetailsElement} */ finding) {
    const fold = finding.parentElement?.closest("details");
    if (fold) fold.open = true;
    finding.querySelector("summary")?.focus({ preventScroll: true });
    finding.scrollIntoView({ block: "nearest" });
    const proof = /** @type {HTMLElement | null} */ (finding.querySelector("[data-seek]"));
    if (proof) player?.seek(Number(proof.dataset.seek));
  }

  function step(/** @type {number} */ by) {
    if (!all.length) return;
    at = (at + by + all.length) % all.length;
    open(all[at]);
  }

  function toggle() {
    const focused = document.activeElement?.closest("details.finding");
    const finding = focused instanceof HTMLDetailsElement ? focused : all[Math.max(0, at)];
    if (finding) finding.open = !finding.open;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
    const key = event.key.toLowerCase();
    if (key === "n") step(1);
    else if (key === "p") step(at < 0 ? 0 : -1);
    else if (key === "e") toggle();
    else return;
    event.preventDefault();
  });

  /** A link to a finding opens it, also inside a fold. */
  function arrive() {
    const target = location.hash.startsWith("#finding-") ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    if (!(target instanceof HTMLDetailsElement)) return;
    target.open = true;
    at = all.indexOf(target);
    open(target);
  }
  addEventListener("hashchange", arrive);
  arrive();
}
