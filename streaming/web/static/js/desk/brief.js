// @ts-check
/** Where the call stands, for whoever joins: read on the desk, or copied into a transfer. */
import { getBrief } from "../api.js";
import { clock } from "../format.js";
import { Component, Icon, html } from "../ui.js";

const AGAIN_MS = 8000;

/** @typedef {{text: string, at: number | null, utterance_id: number | null, note: string}} Said */

/** @param {{title: string, lines: Said[], jump: (id: number) => void}} props */
function Part({ title, lines, jump }) {
  if (lines.length === 0) return null;
  return html`<section><h3>${title}</h3><ul>${lines.map((line) => html`<li key=${`${line.at}${line.text}`}>
    <span>${line.text}${line.note && html` <small class="quiet">${line.note}</small>`}</span>
    ${line.at !== null && line.utterance_id !== null && html`<button type="button" class="source" aria-label=${`Show the words at ${clock(line.at)}`}
      onClick=${() => line.utterance_id !== null && jump(line.utterance_id)}><${Icon} name="quote" />${clock(line.at)}</button>`}
  </li>`)}</ul></section>`;
}

export class Brief extends Component {
  constructor() {
    super(...arguments);
    this.state = { brief: null, failed: "", copied: "" };
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.timer = undefined;
    this.gone = false;
  }

  componentDidMount() {
    void this.load();
    this.timer = setInterval(() => this.load(), AGAIN_MS);
  }

  componentWillUnmount() {
    this.gone = true;
    clearInterval(this.timer);
  }

  async load() {
    try {
      const brief = await getBrief(/** @type {any} */ (this.props).callId);
      const first = !(/** @type {any} */ (this.state).brief);
      const free = document.activeElement === document.body || document.activeElement?.id === "main";
      const toCopy = () => first && free && /** @type {HTMLElement | null} */ (document.querySelector(".brief .copy"))?.focus();
      if (!this.gone) this.setState({ brief, failed: "" }, toCopy);
    } catch (error) {
      if (!this.gone) this.setState({ failed: /** @type {Error} */ (error).message || "no answer" });
    }
  }

  async copy() {
    const { brief } = /** @type {any} */ (this.state);
    const copied = await navigator.clipboard.writeText(brief.text).then(() => "Copied.", () => "");
    if (!copied) getSelection()?.selectAllChildren(/** @type {Node} */ (document.querySelector(".brief-text")));
    this.setState({ copied: copied || "Select and copy the text: the browser refused the clipboard." });
  }

  render() {
    const { brief, failed, copied } = /** @type {any} */ (this.state);
    const { close, jump } = /** @type {any} */ (this.props);
    const keys = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      close();
    };
    return html`<section class="panel brief" aria-labelledby="brief-title" onKeyDown=${keys}>
      <header class="panel-head"><h2 id="brief-title">Brief</h2>
        <p class="saving" role="status">${copied}</p>
        <button type="button" class="button copy" disabled=${!brief} onClick=${() => this.copy()}><${Icon} name="check" />Copy</button>
        <button type="button" class="button bare" onClick=${close} aria-label="Close the brief"><${Icon} name="close" /></button></header>
      <div class="scroll brief-text" tabindex="0" role="group" aria-labelledby="brief-title">
        ${failed && html`<p class="fault" role="alert">The brief cannot be made just now: ${failed}</p>`}
        ${!brief && !failed && html`<p class="empty">One moment.</p>`}
        ${brief && html`<${Part} title="Who" lines=${brief.who} jump=${jump} />
          <${Part} title="Why" lines=${brief.why} jump=${jump} />
          <${Part} title="Done" lines=${brief.done} jump=${jump} />
          <${Part} title="Promised" lines=${brief.promised} jump=${jump} />
          <section><h3>Mood</h3><p>${brief.mood}${brief.flagged ? ", flagged" : ""}</p></section>
          <${Part} title="Because" lines=${brief.mood_reasons} jump=${jump} />
          <${Part} title="Still to say" lines=${brief.left} jump=${jump} />
          <${Part} title="Noted" lines=${brief.noted} jump=${jump} />`}
      </div></section>`;
  }
}
