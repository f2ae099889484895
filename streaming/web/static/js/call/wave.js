// @ts-check
/** The waveform of both sides, from peaks the server kept; the browser never decodes a call. */
import RegionsPlugin from "../../vendor/wavesurfer-regions.js";
import WaveSurfer from "../../vendor/wavesurfer.js";

const HEIGHT = 46;
const STATES = /** @type {Record<string, string>} */ ({
  done: "--good",
  late: "--warn",
  missed: "--bad",
  violated: "--bad",
  needs_review: "--review",
});

/** A token's colour, which changes with light and dark. @param {string} name */
function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** A colour made to shine through. @param {string} colour @param {number} percent */
function thin(colour, percent) {
  return `color-mix(in srgb, ${colour} ${percent}%, transparent)`;
}

/** @param {string[]} legs */
function colours(legs) {
  return legs.map((leg) => {
    const own = token(leg === "Agent" ? "--agent" : leg === "Customer" ? "--customer" : "--muted");
    return { waveColor: thin(own, 45), progressColor: own };
  });
}

/**
 * @param {HTMLElement} container @param {HTMLAudioElement} audio @param {any} peaks
 * @param {any[]} marks @param {import("./player.js").Player} player
 */
export function drawWave(container, audio, peaks, marks, player) {
  const legs = (container.dataset.legs ?? "").split(",");
  container.hidden = false;
  const regions = RegionsPlugin.create();
  const wave = WaveSurfer.create({
    container,
    media: audio,
    peaks: peaks.values,
    duration: peaks.seconds,
    height: HEIGHT,
    splitChannels: colours(legs).map((own) => ({ ...own, overlay: false })),
    cursorColor: token("--ink"),
    cursorWidth: 2,
    normalize: true,
    cspNonce: container.dataset.nonce,
    plugins: [regions],
  });
  wave.on("decode", () => {
    for (const mark of marks) addMark(regions, mark);
  });
  regions.on("region-clicked", (/** @type {any} */ region, /** @type {MouseEvent} */ event) => {
    event.stopPropagation();
    player.seek(region.start);
  });
  nameLegs(container, legs);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    wave.setOptions({ cursorColor: token("--ink"), splitChannels: colours(legs) }),
  );
  return wave;
}

/** @param {any} regions @param {any} mark */
function addMark(regions, mark) {
  const anger = mark.kind === "anger";
  const colour = token(anger ? `--mood-${mark.level}` : STATES[mark.state] ?? "--muted");
  const region = regions.addRegion({
    start: mark.start,
    end: mark.end,
    drag: false,
    resize: false,
    color: thin(colour, anger ? 14 : 30),
    channelIdx: mark.row ?? -1,
  });
  if (region.element) region.element.title = mark.title;
}

/** @param {HTMLElement} container @param {string[]} legs */
function nameLegs(container, legs) {
  const names = document.createElement("div");
  names.className = "wave-legs";
  for (const leg of legs) {
    const name = document.createElement("span");
    name.textContent = leg;
    name.className = leg.toLowerCase();
    names.append(name);
  }
  container.append(names);
}
