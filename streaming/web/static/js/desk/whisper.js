// @ts-check
/** What a supervisor wrote to the agent: the latest note that is not yet seen, as one card. */
import { clock } from "../format.js";
import { Component, Icon, html, isTyping } from "../ui.js";

/** @typedef {{note_id: string, text: string, by: string, at: number, seen: boolean}} Note */

/** Say that the note was seen. @param {string} callId @param {string} noteId */
async function sendSeen(callId, noteId) {
  const answer = await fetch(`/api/v1/calls/${encodeURIComponent(callId)}/notes/${encodeURIComponent(noteId)}/seen`, {
    method: "POST",
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(10000),
  });
  if (!answer.ok) throw new Error("not saved");
}

/** Props: notes, callId, keysOn. V says seen, as on the button. */
export class Whisper extends Component {
  constructor() {
    super(...arguments);
    this.state = { fault: "" };
    this.pressed = (/** @type {KeyboardEvent} */ event) => {
      const { keysOn } = /** @type {any} */ (this.props);
      if (!keysOn || event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (event.key.toLowerCase() !== "v" || !this.note()) return;
      event.preventDefault();
      this.seen();
    };
  }

  /** @returns {Note | undefined} */
  note() {
    return /** @type {any} */ (this.props).notes.findLast((/** @type {Note} */ note) => !note.seen);
  }

  seen() {
    const note = this.note();
    if (!note) return;
    sendSeen(/** @type {any} */ (this.props).callId, note.note_id).then(
      () => this.setState({ fault: "" }),
      () => this.setState({ fault: "That was not sent. Try again." }),
    );
  }

  componentDidMount() {
    document.addEventListener("keydown", this.pressed);
  }

  componentWillUnmount() {
    document.removeEventListener("keydown", this.pressed);
  }

  render() {
    const note = this.note();
    const { keysOn } = /** @type {any} */ (this.props);
    const { fault } = /** @type {any} */ (this.state);
    return html`<div class="whisper-place" role="status">${note && html`<article class="whisper" aria-label=${`Note from ${note.by}`} data-note=${note.note_id}>
      <p class="kind"><${Icon} name="flag" />${note.by} writes <span class="at">${clock(note.at)}</span></p>
      <p class="text">${note.text}</p>
      <button type="button" class="button strong" aria-keyshortcuts=${keysOn ? "v" : undefined} onClick=${() => this.seen()}>
        <${Icon} name="check" />Seen${keysOn && html`<kbd aria-hidden="true">V</kbd>`}</button>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    </article>`}</div>`;
  }
}
