// @ts-check
/** The search page's comfort: hits play in place, and are gone through by key. It works without. */
import { localTimes } from "../localtime.js";
import { isTyping } from "../ui.js";

/** Play fragments of calls in one player. @param {HTMLElement} bar */
function fragments(bar) {
  const audio = /** @type {HTMLAudioElement} */ (bar.querySelector("audio"));
  const words = /** @type {HTMLElement} */ (bar.querySelector("p"));
  /** @type {HTMLElement | null} */
  let now = null;
  let until = 0;

  const label = () => {
    for (const link of document.querySelectorAll("[data-play]")) {
      const on = link === now && !audio.paused;
      link.querySelector("use")?.setAttribute("href", `/static/icons.svg#${on ? "pause" : "play"}`);
      const word = link.querySelector("span");
      if (word) word.textContent = on ? "Pause" : "Play";
      link.closest(".hit")?.classList.toggle("playing", on);
    }
  };
  audio.addEventListener("play", label);
  audio.addEventListener("pause", label);
  audio.addEventListener("error", () => {
    if (audio.src) words.textContent = "This recording cannot be played: it may have been removed after its time.";
  });
  audio.addEventListener("timeupdate", () => {
    if (until && audio.currentTime >= until) {
      until = 0; // whoever presses play again hears on
      audio.pause();
    }
  });

  /** @param {HTMLAnchorElement} link */
  return (link) => {
    if (link === now && !audio.paused) return audio.pause();
    const from = Number(link.dataset.play);
    const source = link.href.split("#")[0];
    const seek = () => {
      audio.currentTime = from;
      until = Number(link.dataset.until);
      // A play that a newer one cuts short is no fault.
      audio.play().catch(() => undefined);
    };
    now = link;
    bar.hidden = false;
    words.textContent = link.closest(".hit")?.querySelector(".snippet")?.textContent ?? "";
    if (audio.src !== source) {
      until = 0;
      audio.src = source;
      audio.addEventListener("loadedmetadata", seek, { once: true });
      audio.load();
    } else seek();
  };
}

function start() {
  localTimes();
  const bar = document.getElementById("hit-player");
  const play = bar ? fragments(bar) : () => undefined;
  const hits = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".hit")]);
  const note = document.getElementById("hit-keys");
  if (note && hits.length) note.hidden = false;
  for (const hit of hits) hit.tabIndex = -1;

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-play]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    play(link);
  });

  /** @param {number} by */
  const move = (by) => {
    const at = hits.findIndex((hit) => hit.contains(document.activeElement));
    const next = hits[Math.min(Math.max(at + by, 0), hits.length - 1)];
    next?.querySelector("a")?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const hit = document.activeElement?.closest(".hit");
    const link = hit?.querySelector("[data-play]");
    if (event.key === "n") move(1);
    else if (event.key === "p") move(-1);
    else if (event.key === "/") document.getElementById("q")?.focus();
    else if (event.key === " " && link instanceof HTMLAnchorElement) play(link);
    else return;
    event.preventDefault();
  });
  // The box has the focus when the page opens: the key that leads to it is no word there.
  document.getElementById("q")?.addEventListener("keydown", (event) => {
    const box = event.target;
    if (event.key === "/" && box instanceof HTMLInputElement && box.value === "") event.preventDefault();
  });
  // Empty fields say nothing in the address.
  document.getElementById("search-form")?.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

start();
