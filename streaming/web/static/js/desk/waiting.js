// @ts-check
/** The desk between calls. */
import { clock, levelWord } from "../format.js";
import { Icon, html } from "../ui.js";

/** @param {{agent: string, wall: {calls: any[], connection: string}, open: (id: string) => void, sent: any}} props */
export function Waiting({ agent, wall, open, sent }) {
  const ready = wall.connection === "live" || wall.calls.length > 0;
  return html`<header class="bar">
      <a class="brand" href="/"><img src="/static/favicon.svg" alt="" width="24" height="24" />Cueline</a>
      ${agent && html`<dl class="facts"><div><dt>Agent</dt><dd>${agent}</dd></div></dl>`}
      <p class=${`line ${wall.connection === "lost" ? "bad" : "good"}`}><i aria-hidden="true"></i>
        <span>${wall.connection === "lost" ? "reconnecting" : wall.connection === "refused" ? "signed out" : "ready"}</span></p>
    </header>
    <main class="waiting" id="main" tabindex="-1">
      <${Icon} name="phone" class="big" />
      <h1>Waiting for ${agent ? "your" : "the"} next call</h1>
      <p role="status">${ready ? "The desk opens by itself when the call begins." : "Connecting to Cueline."}</p>
      ${wall.calls.length > 0 && html`<section aria-labelledby="now-title"><h2 id="now-title">On the line now</h2>
        <ul class="choices">${wall.calls.map((call) => html`<li key=${call.call_id}>
          <button type="button" class="button" onClick=${() => open(call.call_id)}>
            <b>${call.agent || "No agent named"}</b><span>${call.queue || "no queue"}</span>
            <span>${clock(call.seconds)}</span><span>${levelWord(call.anger)}</span>
          </button></li>`)}</ul></section>`}
      ${sent}
      <p><a href="/">All calls</a></p>
    </main>`;
}
