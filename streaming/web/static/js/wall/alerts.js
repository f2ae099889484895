// @ts-check
/** The open alerts: what, whose, the words and the second; and what can be done with each. */
import { clock } from "../format.js";
import { Icon, html } from "../ui.js";
import { alertLines } from "./need.js";

/** @typedef {import("./state.js").Alert} Alert */
/** @typedef {import("./state.js").Wall} Wall */
/** @typedef {{ask: (what: string, alert: Alert) => void, answer: (alert: Alert, deed: string) => void}} Deeds */

/** How long ago, roughly. @param {string} at @param {number} wall milliseconds since the epoch */
function ago(at, wall) {
  const minutes = Math.floor((wall - Date.parse(at)) / 60000);
  return minutes < 1 ? "just now" : minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

/** @param {{alert: Alert, team: string, time: number} & Deeds} props */
function Line({ alert, team, time, ask, answer }) {
  const where = alert.live ? `/wall/calls/${encodeURIComponent(alert.call_id)}` : `/calls/${encodeURIComponent(alert.call_id)}`;
  const raised = alert.state === "raised";
  return html`<li class="alert" data-level=${alert.level} data-state=${alert.state} data-alert=${alert.id}>
    <p class="called"><${Icon} name="flag" /><b>${alert.title}</b>
      <span class=${`chip ${raised ? "critical" : "quiet"}`}>${raised ? "new" : `with ${alert.acknowledged_by}`}</span></p>
    <p class="place"><b>${alert.agent || "No agent named"}</b> · ${alert.queue || "no queue"}${team && ` · ${team}`} · ${ago(alert.raised_at, time)}
      ${!alert.live && " · call over"}</p>
    ${alert.quote && html`<p class="words"><q>${alert.quote}</q> <span class="at">${clock(alert.second)}</span></p>`}
    ${alert.also.length > 0 && html`<details><summary>and ${alert.also.length} more sign${alert.also.length > 1 ? "s" : ""}</summary>
      <ul>${alert.also.map((sign) => html`<li key=${sign.second + sign.title}>${sign.title}${sign.quote && html`: <q>${sign.quote}</q>`} <span class="at">${clock(sign.second)}</span></li>`)}</ul></details>`}
    <p class="deeds">
      <a class="button" href=${where}>Open</a>
      ${alert.live && html`<button type="button" class="button" onClick=${() => ask("note", alert)}>Note</button>`}
      ${raised && html`<button type="button" class="button" onClick=${() => answer(alert, "acknowledge")}>Take</button>`}
      <button type="button" class="button" onClick=${() => ask("resolve", alert)}>Resolve</button>
      <button type="button" class="button" onClick=${() => ask("false", alert)}>False<span class="unseen"> alert</span></button>
    </p>
  </li>`;
}

/** @param {{wall: Wall, time: number} & Deeds} props */
export function AlertList({ wall, time, ask, answer }) {
  const { alerts, storm } = alertLines(wall);
  const draw = (/** @type {Alert} */ alert) => html`<${Line} key=${alert.id} alert=${alert}
    team=${wall.teams[alert.agent] ?? ""} time=${time} ask=${ask} answer=${answer} />`;
  const count = alerts.length + storm.length;
  return html`<section class="panel alerts" aria-labelledby="alerts-title">
    <header class="panel-head"><h2 id="alerts-title">Alerts</h2><p class="count">${count ? `${count} open` : ""}</p></header>
    ${count === 0 && html`<p class="empty">No alert is open.</p>`}
    <ol class="scroll" tabindex=${count ? 0 : undefined} aria-labelledby="alerts-title">
      ${storm.length > 0 && html`<li class="alert storm" key="storm"><details>
        <summary><${Icon} name="alarm" /><b>${new Set(storm.map((a) => a.call_id)).size} calls</b> raised alerts within a minute</summary>
        <ol>${storm.map(draw)}</ol></details></li>`}
      ${alerts.map(draw)}
    </ol>
  </section>`;
}
