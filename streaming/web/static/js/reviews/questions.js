// @ts-check
/**
 * The form by key: N and P go from question to question, U to the next that waits for a person or lost points, E
 * plays the evidence (again: the next piece), A lets the machine's answer stand, 1 to 9 answer,
 * C begins a note at the second that is heard.
 */
import { clock } from "../format.js";
import { isWriting } from "../ui.js";

/**
 * @param {import("../call/player.js").Player | null} player
 * @param {{aim: (link: Element | null | undefined) => void} | null} loop
 */
export function startQuestions(player, loop) {
  const all = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".question")]);
  /** @type {WeakMap<HTMLElement, number>} */
  const heard = new WeakMap();
  let at = -1;

  function here() {
    const focused = document.activeElement?.closest(".question");
    if (focused instanceof HTMLElement) at = all.indexOf(focused);
    return all[at];
  }

  function go(/** @type {HTMLElement | undefined} */ question) {
    if (!question) return;
    at = all.indexOf(question);
    const fold = question.closest("details");
    if (fold) fold.open = true;
    question.focus({ preventScroll: true });
    question.scrollIntoView({ block: "nearest" });
    loop?.aim(question.querySelector("[data-seek]"));
  }

  function step(/** @type {number} */ by) {
    here();
    const shown = all.filter((q) => q.closest("details:not([open])") === null);
    const now = shown.indexOf(all[at]);
    go(shown[(now + by + shown.length) % shown.length]);
  }

  function nextToLookAt() {
    here();
    const later = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    go(later.find((q) => "waits" in q.dataset || "doubt" in q.dataset));
  }

  function evidence() {
    const question = here() ?? all[0];
    const links = /** @type {HTMLElement[]} */ ([...(question?.querySelectorAll(".quote[data-seek]") ?? [])]);
    if (!question || !links.length) return;
    const next = ((heard.get(question) ?? -1) + 1) % links.length;
    heard.set(question, next);
    loop?.aim(links[next]);
    player?.seek(Number(links[next].dataset.seek), true);
    const turn = links[next].getAttribute("href") ?? "";
    if (turn.startsWith("#turn-")) document.getElementById(turn.slice(1))?.scrollIntoView({ block: "center" });
  }

  /** @param {number} n */
  function answer(n) {
    const choices = here()?.querySelectorAll(".answers input");
    const choice = choices?.[n];
    if (choice instanceof HTMLElement) choice.click();
    here()?.scrollIntoView({ block: "nearest" }); // what an answer asks for opens below it
  }

  function note() {
    const form = document.querySelector(".note-form");
    const second = form?.querySelector("[name=second]");
    if (!(second instanceof HTMLInputElement)) return;
    second.value = clock(player?.audio.currentTime ?? 0);
    const text = form?.querySelector("textarea");
    text?.focus();
  }

  const acts = /** @type {Record<string, () => void>} */ ({
    n: () => step(1),
    p: () => step(-1),
    u: nextToLookAt,
    e: evidence,
    a: () => answer(0),
    c: note,
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
    const key = event.key.toLowerCase();
    if (/^[1-9]$/.test(key)) answer(Number(key));
    else if (acts[key]) acts[key]();
    else return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest(".missing a") : null;
    const id = link?.getAttribute("href")?.slice(1);
    const target = id ? document.getElementById(id) : null;
    if (!target) return;
    if (target.classList.contains("question")) go(target);
    else target.focus();
    event.preventDefault();
  });
}
