// @ts-check
/** The form that adds a clip: sound and words follow its ends. It works without. */
import { nudges } from "./nudge.js";

const form = document.querySelector("form.add");
const audio = form?.querySelector("audio");

/** @param {string} name */
const second = (name) => {
  const field = form?.querySelector(`[name=${name}]`);
  return field instanceof HTMLInputElement ? field.valueAsNumber : NaN;
};

function turns() {
  const [start, end] = [second("start"), second("end")];
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-from]")]);
  rows.forEach((row, at) => {
    const from = Number(row.dataset.from);
    const until = Number(rows[at + 1]?.dataset.from ?? Infinity);
    const inside = from < end && (from >= start - 0.5 || until > start + 0.5) && !(until <= start);
    row.classList.toggle("inside", inside);
    row.classList.toggle("outside", !inside);
  });
}

function sound() {
  if (!(audio instanceof HTMLAudioElement)) return;
  const [start, end] = [second("start"), second("end")];
  if (!(start < end)) return;
  audio.pause();
  audio.src = `${audio.dataset.call}#t=${start},${end}`;
}

/** A new playlist is asked for its title and goal only where one is made. */
function choice() {
  const into = /** @type {HTMLSelectElement | null} */ (document.getElementById("into"));
  const made = /** @type {HTMLDetailsElement | null} */ (document.getElementById("new-one"));
  if (!into || !made) return;
  const fresh = into.value === "new";
  made.open = fresh;
  made.hidden = !fresh;
  for (const field of made.querySelectorAll("input, textarea")) field.toggleAttribute("required", fresh);
}

nudges();
turns();
choice();
document.getElementById("into")?.addEventListener("change", choice);
form?.addEventListener("input", (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || (field.name !== "start" && field.name !== "end")) return;
  turns();
  sound();
});
