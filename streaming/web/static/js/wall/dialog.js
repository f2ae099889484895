// @ts-check
/** The one question that the wall asks at a time: a note to the agent, or how an alert ends. */
import { Component, html } from "../ui.js";

export const NOTE_CHARS = 280;
const FALSE_REASONS = ["the words were misheard", "not meant so", "said of somebody else", "already solved"];
const ASKED = /** @type {Record<string, {title: string, label: string, send: string, chips: string[], needed: boolean}>} */ ({
  note: {
    title: "Note to",
    label: "The agent sees it at once, as one card",
    send: "Send the note",
    chips: ["You are doing fine. Take your time.", "Offer to call back.", "I can take over: say so.", "Read the notice again."],
    needed: true,
  },
  false: { title: "False alert of", label: "Why is it false?", send: "It is a false alert", chips: FALSE_REASONS, needed: true },
  resolve: { title: "Resolve the alert of", label: "What was done?", send: "Resolve", chips: ["wrote to the agent", "took the call over", "nothing was needed"], needed: false },
});

/** Props: what ("note" | "false" | "resolve"), agent, send(text) -> Promise, close(). */
export class Question extends Component {
  constructor() {
    super(...arguments);
    this.state = { text: "", fault: "", busy: false };
  }

  render() {
    const { what, agent, send, close } = /** @type {any} */ (this.props);
    const { text, fault, busy } = /** @type {any} */ (this.state);
    const { title, label, send: word, chips, needed } = ASKED[what];
    const show = (/** @type {HTMLDialogElement | null} */ dialog) => {
      if (dialog && !dialog.open) dialog.showModal();
    };
    const submit = (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (busy || (needed && !text.trim())) return;
      this.setState({ busy: true, fault: "" });
      send(text.trim()).then(close, (/** @type {Error} */ error) =>
        this.setState({ busy: false, fault: `${error.message || "It was not sent."} Try again.` }),
      );
    };
    const keys = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && !event.shiftKey && event.target instanceof HTMLTextAreaElement) submit(/** @type {any} */ (event));
    };
    return html`<dialog class="keys asked" aria-labelledby="asked-title" ref=${show} onClose=${close}>
      <form onSubmit=${submit} onKeyDown=${keys}>
        <h2 id="asked-title">${title} ${agent || "the agent"}</h2>
        <label>${label}<textarea rows="3" maxlength=${NOTE_CHARS} value=${text} autofocus required=${needed}
          onInput=${(/** @type {any} */ event) => this.setState({ text: event.target.value })}></textarea></label>
        <p class="chips">${chips.map((chip) => html`<button type="button" class="button" key=${chip}
          onClick=${() => this.setState({ text: chip })}>${chip}</button>`)}</p>
        ${fault && html`<p class="fault" role="alert">${fault}</p>`}
        <p class="deeds"><button class="button strong" disabled=${busy}>${word}</button>
          <button type="button" class="button" onClick=${close}>Cancel</button></p>
      </form>
    </dialog>`;
  }
}
