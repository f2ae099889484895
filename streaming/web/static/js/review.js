// @ts-check
/** The review page comes alive: sound, transcript and form in step, and a draft that saves itself. */
import { getPeaks } from "./api.js";
import { follow } from "./call/follow.js";
import { startLoop } from "./call/loop.js";
import { startPlayer } from "./call/player.js";
import { drawWave } from "./call/wave.js";
import { localTimes } from "./localtime.js";
import { startDraft } from "./reviews/form.js";
import { startQuestions } from "./reviews/questions.js";

/** @param {HTMLElement} main */
async function start(main) {
  localTimes();
  const form = document.getElementById("form");
  if (form instanceof HTMLFormElement && "edit" in main.dataset) startDraft(form, main.dataset.review ?? "");
  const audio = /** @type {HTMLAudioElement | null} */ (document.getElementById("audio"));
  const panel = document.getElementById("player");
  if (!audio || !panel) {
    startQuestions(null, null);
    return;
  }
  const player = startPlayer(panel, audio);
  const loop = startLoop(panel, player);
  const lines = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("li[data-start]")]);
  follow(audio, lines, /** @type {HTMLInputElement | null} */ (document.getElementById("follow")));
  startQuestions(player, loop);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-seek]") : null;
    if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey) return;
    player.seek(Number(link.dataset.seek), link.classList.contains("quote"));
    const turn = link.getAttribute("href") ?? "";
    if (turn.startsWith("#turn-")) document.getElementById(turn.slice(1))?.scrollIntoView({ block: "center" });
    event.preventDefault();
  });
  const wave = document.getElementById("wave");
  if (!wave) return;
  try {
    const peaks = await getPeaks(main.dataset.call ?? "");
    const marks = JSON.parse(document.getElementById("regions")?.textContent ?? "[]");
    drawWave(wave, audio, peaks, marks, player);
    panel.classList.add("ready");
  } catch {
    wave.hidden = true; // the browser's own controls stay
  }
}

const main = document.querySelector("main.review-page");
if (main instanceof HTMLElement) start(main);
