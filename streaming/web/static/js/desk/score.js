// @ts-check
/** The score in short, after the call. */
import { Icon, html } from "../ui.js";

/** @param {number} value */
function whole(value) {
  return String(Math.round(value));
}

/** @param {string} id @param {import("../store.js").Row[]} rows */
function named(id, rows) {
  return rows.find((row) => row.item.rule_id === id)?.item.label ?? id;
}

/** @param {{scorecard: any, callId: string, rows: import("../store.js").Row[]}} props */
export function ScoreSummary({ scorecard, callId, rows }) {
  if (!scorecard)
    return html`<section class="panel score"><header class="panel-head"><h2>Score</h2></header>
      <p class="empty">The score is on its way.</p></section>`;
  const { score, passed, auto_fail: failed, sections, needs_review: review } = scorecard;
  const href = `/calls/${encodeURIComponent(callId)}`;
  if (score === null)
    return html`<section class="panel score"><header class="panel-head"><h2>Score</h2></header>
      <p class="empty">Not scored: ${scorecard.reason || "there was too little to score"}.</p></section>`;
  return html`<section class="panel score" aria-labelledby="score-title">
    <header class="panel-head"><h2 id="score-title">Score</h2><a href=${href}>Open the call</a></header>
    <div class="score-now">
      <p class="number">${whole(score)}<small> of 100</small></p>
      ${failed
        ? html`<span class="chip critical"><${Icon} name="violated" />auto-fail</span>`
        : passed !== null && html`<span class=${`chip ${passed ? "good" : "warn"}`}><${Icon} name=${passed ? "check" : "close"} />${passed ? "passed" : "below the mark"}</span>`}
      ${review > 0 && html`<span class="chip review"><${Icon} name="review" />${review} to review</span>`}
    </div>
    ${failed && html`<p class="fail-why">Failed on: ${scorecard.auto_fail_items.map((/** @type {string} */ id) => named(id, rows)).join(", ")}.</p>`}
    <ul class="sections">${sections.map((/** @type {any} */ part) => html`<li key=${part.id}>
      <span>${part.title}</span>
      ${part.score === null
        ? html`<span class="quiet">did not apply</span>`
        : html`<meter min="0" max="100" low="60" high="85" optimum="100" value=${part.score} aria-label=${part.title}></meter>
            <b>${whole(part.score)}</b>`}
    </li>`)}</ul>
  </section>`;
}
