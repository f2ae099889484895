// @ts-check
/** A playlist's comfort: all clips in a row, keys, order without a reload. It works without. */
import { isTyping } from "../ui.js";
import { nudges } from "./nudge.js";

const PAUSE_MS = 1000;

const list = document.querySelector(".clips");
/** The clips as they stand. */
const clips = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".clip")]);
/** @param {Element | null | undefined} clip */
const soundOf = (clip) => /** @type {HTMLAudioElement | null} */ (clip?.querySelector("audio") ?? null);

/** One sound at a time; the clip and the turn that are heard are marked. */
function marks() {
  for (const clip of clips()) {
    const audio = soundOf(clip);
    const turns = /** @type {HTMLElement[]} */ ([...clip.querySelectorAll("[data-at]")]);
    audio?.addEventListener("play", () => {
      for (const other of clips()) if (other !== clip) soundOf(other)?.pause();
      clip.classList.add("playing");
    });
    for (const over of ["pause", "ended"])
      audio?.addEventListener(over, () => {
        clip.classList.remove("playing");
        for (const turn of turns) turn.classList.remove("now");
      });
    audio?.addEventListener("timeupdate", () => {
      const now = turns.filter((turn) => Number(turn.dataset.at) <= audio.currentTime).at(-1);
      for (const turn of turns) turn.classList.toggle("now", turn === now && !audio.paused);
    });
  }
}

/** Play every clip in order. @param {HTMLElement} button */
function playAll(button) {
  const word = button.querySelector("span");
  const use = button.querySelector("use");
  let running = false;
  /** @type {HTMLAudioElement | null} */
  let now = null;
  let timer = 0;

  /** @param {boolean} on */
  const set = (on) => {
    running = on;
    if (word) word.textContent = on ? "Stop" : "Play all";
    use?.setAttribute("href", `/static/icons.svg#${on ? "pause" : "play"}`);
  };
  const stop = () => {
    clearTimeout(timer);
    set(false);
    now?.pause();
    now = null;
  };
  /** @param {HTMLElement | undefined} clip */
  const go = (clip) => {
    const audio = soundOf(clip);
    if (!clip) return stop();
    const next = () => go(clips()[clips().indexOf(clip) + 1]);
    if (!audio) return next();
    now = audio;
    audio.currentTime = 0;
    audio.onended = () => {
      audio.onended = null;
      if (running && now === audio) timer = window.setTimeout(next, PAUSE_MS);
    };
    clip.scrollIntoView({ block: "nearest" });
    audio.play().catch(stop);
  };
  // Whoever plays a clip by hand has left the row.
  document.addEventListener("play", (event) => running && event.target !== now && (set(false), (now = null)), true);
  button.hidden = false;
  button.addEventListener("click", () => {
    if (running) return stop();
    set(true);
    go(clips()[0]);
  });
}

/** Put a clip in another place, here and on the server. @param {HTMLElement} clip @param {"up" | "down"} way */
async function move(clip, way) {
  const form = /** @type {HTMLFormElement | null} */ (clip.querySelector("form.order"));
  const other = way === "up" ? clip.previousElementSibling : clip.nextElementSibling;
  if (!form || !other?.classList.contains("clip")) return;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams({ do: way }), redirect: "manual" });
  if (answer.type !== "opaqueredirect") return location.reload();
  const held = document.activeElement;
  if (way === "up") other.before(clip);
  else other.after(clip);
  number();
  const again = held instanceof HTMLButtonElement && clip.contains(held) && !held.disabled ? held : clip;
  again.focus();
  const moved = document.getElementById("moved");
  if (moved) moved.textContent = `Moved to place ${clips().indexOf(clip) + 1} of ${clips().length}.`;
}

function number() {
  clips().forEach((clip, at, all) => {
    const place = clip.querySelector(".place");
    if (place) place.textContent = String(at + 1);
    clip.querySelector("[value=up]")?.toggleAttribute("disabled", at === 0);
    clip.querySelector("[value=down]")?.toggleAttribute("disabled", at === all.length - 1);
  });
}

function keys() {
  const note = document.getElementById("clip-keys");
  if (note) note.hidden = clips().length === 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || isTyping(event)) return;
    const here = /** @type {HTMLElement | null} */ (document.activeElement?.closest(".clip") ?? null);
    const on = document.activeElement;
    if (event.altKey) {
      if (!here || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      move(here, event.key === "ArrowUp" ? "up" : "down");
    } else if (event.key === "n" || event.key === "p") {
      const at = here ? clips().indexOf(here) + (event.key === "n" ? 1 : -1) : 0;
      const next = clips()[Math.min(Math.max(at, 0), clips().length - 1)];
      next?.focus();
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key === " " && on === here) {
      const audio = soundOf(here);
      if (audio?.paused) audio.play().catch(() => undefined);
      else audio?.pause();
    } else return;
    event.preventDefault();
  });
}

list?.addEventListener("submit", (event) => {
  const { submitter } = /** @type {SubmitEvent} */ (event);
  const way = submitter?.getAttribute("value");
  const clip = submitter?.closest(".clip");
  if (!(clip instanceof HTMLElement) || (way !== "up" && way !== "down")) return;
  event.preventDefault();
  move(clip, way);
});
marks();
keys();
nudges();
const all = document.getElementById("play-all");
if (all && clips().some(soundOf)) playAll(all);
