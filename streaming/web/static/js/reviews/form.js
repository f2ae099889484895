// @ts-check
/** A draft that saves itself: what was written goes to the server, which answers with the score. */
import { Refused, saveReview } from "../api.js";

const PAUSE_MS = 700;
const AGAIN_MS = 5000;

/** @param {string} text "75", "75.5" or "1:15" @returns {number | null} */
export function secondOf(text) {
  const parts = text.trim().split(":").map(Number);
  const bad = !text.trim() || parts.some((n) => !Number.isFinite(n) || n < 0);
  return bad ? null : parts.reduce((sum, n) => sum * 60 + n, 0);
}

/** What the form holds, as the API takes it. @param {FormData} data */
export function draftOf(data) {
  const answers = [];
  for (const [name, value] of data) {
    if (!name.startsWith("a.")) continue;
    const id = name.slice(2);
    const text = (/** @type {string} */ key) => String(data.get(`${key}.${id}`) ?? "");
    const row = { question: id, answer: String(value), error: text("e"), note: text("n"), second: secondOf(text("s")) };
    if (row.answer || row.note || row.error) answers.push(row);
  }
  return { answers, strength: String(data.get("strength") ?? ""), change: String(data.get("change") ?? "") };
}

/** @param {HTMLFormElement} form @param {string} review */
export function startDraft(form, review) {
  const saved = /** @type {HTMLElement} */ (document.getElementById("saved"));
  let timer = 0;
  let changes = 0;
  let sent = 0;
  /** @type {Promise<void>} */
  let last = Promise.resolve();

  function later() {
    changes += 1;
    saved.textContent = "not saved yet";
    clearTimeout(timer);
    timer = window.setTimeout(save, PAUSE_MS);
  }

  function save() {
    clearTimeout(timer);
    const now = changes;
    if (now === sent) return;
    sent = now;
    const body = draftOf(new FormData(form));
    // One after the other, so that an earlier state never lands on a later one.
    last = last.then(() => put(body, now));
  }

  /** @param {object} body @param {number} now */
  async function put(body, now) {
    try {
      const told = await saveReview(review, body);
      if (now === changes) show(told);
    } catch (error) {
      sent = -1;
      saved.textContent = `not saved: ${error instanceof Error ? error.message : error}`;
      const refused = error instanceof Refused && error.status < 500;
      if (!refused) timer = window.setTimeout(save, AGAIN_MS);
    }
  }

  /** @param {any} told */
  function show(told) {
    saved.textContent = "saved";
    const score = document.querySelector("[data-score]");
    if (score) score.textContent = told.score === null ? "–" : String(Math.floor(told.score + 0.5));
    document.querySelector("#verdict .number")?.classList.toggle("fail", told.auto_fail);
    document.querySelector("[data-fail]")?.toggleAttribute("hidden", !told.auto_fail);
    for (const part of told.sections) {
      const place = form.querySelector(`[data-section="${CSS.escape(part.id)}"]`);
      if (place) place.textContent = part.score === null ? "does not count" : `${Math.floor(part.score + 0.5)} of 100`;
    }
    const waiting = new Set(told.waiting);
    for (const question of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll(".question"))) {
      const waits = waiting.has(question.dataset.question);
      question.toggleAttribute("data-waits", waits);
      question.querySelector("[data-waiting]")?.toggleAttribute("hidden", !waits);
    }
    list(told.missing);
  }

  /** @param {{question: string, what: string}[]} missing */
  function list(missing) {
    const place = /** @type {HTMLElement} */ (document.getElementById("missing"));
    const open = place.querySelector("details")?.open ?? false;
    if (!missing.length) {
      const ready = document.createElement("p");
      ready.textContent = "Ready to share.";
      place.replaceChildren(ready);
      return;
    }
    const fold = document.createElement("details");
    const summary = document.createElement("summary");
    const items = document.createElement("ul");
    fold.open = open;
    summary.textContent = `${missing.length} thing${missing.length === 1 ? "" : "s"} to do before sharing`;
    items.className = "plain";
    for (const one of missing) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const plain = one.question === "strength" || one.question === "change";
      link.href = plain ? `#${one.question}` : `#q-${one.question}`;
      link.textContent = one.what;
      item.append(link);
      items.append(item);
    }
    fold.append(summary, items);
    place.replaceChildren(fold);
  }

  form.addEventListener("input", later);
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    sent = changes;
  });
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
}
