// @ts-check
/** Play, pause, skip and speed, by button and by key: J, K or space, L. */
import { clock } from "../format.js";
import { isWriting } from "../ui.js";

const SKIP_S = 5;

/** @typedef {{seek: (seconds: number, play?: boolean) => void, toggle: () => void, audio: HTMLAudioElement}} Player */

/** @param {HTMLElement} panel @param {HTMLAudioElement} audio @returns {Player} */
export function startPlayer(panel, audio) {
  const bar = /** @type {HTMLElement} */ (panel.querySelector(".transport"));
  const position = /** @type {HTMLElement} */ (panel.querySelector("#position"));
  const speed = /** @type {HTMLSelectElement} */ (panel.querySelector("#speed"));
  const playing = /** @type {HTMLButtonElement} */ (panel.querySelector("[data-do=play]"));
  bar.hidden = false;

  const toggle = () => (audio.paused ? void audio.play().catch(() => {}) : audio.pause());
  const skip = (/** @type {number} */ by) => {
    const end = Number.isFinite(audio.duration) ? audio.duration : Infinity;
    audio.currentTime = Math.min(end, Math.max(0, audio.currentTime + by));
  };
  const seek = (/** @type {number} */ seconds, play = false) => {
    audio.currentTime = seconds;
    if (play && audio.paused) toggle();
  };
  const acts = /** @type {Record<string, () => void>} */ ({
    back: () => skip(-SKIP_S),
    play: toggle,
    forward: () => skip(SKIP_S),
  });

  bar.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (button instanceof HTMLElement) acts[button.dataset.do ?? ""]?.();
  });
  speed.addEventListener("change", () => {
    audio.playbackRate = Number(speed.value);
  });
  const label = () => {
    const word = playing.querySelector("span");
    if (word) word.textContent = audio.paused ? "Play" : "Pause";
    playing.querySelector("use")?.setAttribute("href", `/static/icons.svg#${audio.paused ? "play" : "pause"}`);
  };
  audio.addEventListener("play", label);
  audio.addEventListener("pause", label);
  audio.addEventListener("timeupdate", () => {
    position.textContent = clock(audio.currentTime);
  });
  audio.addEventListener("seeking", () => {
    position.textContent = clock(audio.currentTime);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
    const target = event.target instanceof Element ? event.target : null;
    const key = event.key.toLowerCase();
    if (key === "j") acts.back();
    else if (key === "k") toggle();
    else if (key === "l") acts.forward();
    else if (key === " " && !target?.closest("button, a, summary, audio, input")) toggle();
    else return;
    event.preventDefault();
  });
  return { seek, toggle, audio };
}
