// @ts-check
/** The call page comes alive: player, waveform, transcript in step with the sound both ways. */
import { getPeaks } from "./api.js";
import { startFindingKeys } from "./call/findings.js";
import { follow } from "./call/follow.js";
import { startLoop } from "./call/loop.js";
import { startPlayer } from "./call/player.js";
import { drawWave } from "./call/wave.js";
import { localTimes } from "./localtime.js";

/** @param {HTMLElement} main */
async function start(main) {
  localTimes();
  const audio = /** @type {HTMLAudioElement | null} */ (document.getElementById("audio"));
  const panel = document.getElementById("player");
  const lines = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("li[data-start]")]);
  if (!audio || !panel) {
    startFindingKeys(null);
    return;
  }
  const player = startPlayer(panel, audio);
  follow(audio, lines, /** @type {HTMLInputElement | null} */ (document.getElementById("follow")));
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[data-seek]") : null;
    if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey) return;
    player.seek(Number(link.dataset.seek));
    const turn = link.getAttribute("href") ?? "";
    if (turn.startsWith("#turn-")) show(turn.slice(1));
    event.preventDefault();
  });
  startFindingKeys(player);
  startLoop(panel, player);
  const at = Number(new URLSearchParams(location.search).get("at"));
  if (at > 0) player.seek(at);
  const wave = document.getElementById("wave");
  if (!wave) return;
  try {
    const peaks = await getPeaks(main.dataset.call ?? "");
    drawWave(wave, audio, peaks, readRegions(), player);
    panel.classList.add("ready");
  } catch {
    wave.hidden = true; // the browser's own controls stay
  }
}

function readRegions() {
  return JSON.parse(document.getElementById("regions")?.textContent ?? "[]");
}

/** @param {string} id */
function show(id) {
  const line = document.getElementById(id);
  line?.scrollIntoView({ block: "center" });
  line?.focus({ preventScroll: true });
}

const main = document.querySelector("main.call");
if (main instanceof HTMLElement) start(main);
