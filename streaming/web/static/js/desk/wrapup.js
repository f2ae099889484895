// @ts-check
/** The work after the call: drafted from it, corrected by the agent, saved as it is typed. */
import { getChoices, getSends, getWrapup, retrySend, saveWrapup, sendWork } from "../api.js";
import { levelWord } from "../format.js";
import { Component, Icon, html } from "../ui.js";
import { OUTCOMES, added, blank, changed, filled, moodWords, named, removed } from "./draft.js";
import { Outgoing } from "./outgoing.js";
import { CapturedFields, FollowUpLines, PromiseLines, Source, SummaryLines } from "./lines.js";

/** @typedef {import("./draft.js").Work} Work */

const QUIET_MS = 700;
const RETRY_MS = 5000;
const SAVED = /** @type {Record<string, string>} */ ({
  clean: "Drafted from the call. Changes are saved as you type.",
  waiting: "Saving…",
  saving: "Saving…",
  saved: "Saved.",
  failed: "Not saved. Trying again.",
});

/** One choice with what was heard beside it. */
function Choice(/** @type {any} */ { label, id, found, options, set, sources, hint }) {
  return html`<div class="choice"><label for=${id}>${label}</label>
    <span class="with-source"><input id=${id} list=${`${id}-list`} value=${found?.title ?? ""} placeholder=${hint}
        onInput=${(/** @type {any} */ e) => set(e.currentTarget.value)} />
      ${found && html`<${Source} id=${found.utterance_id} quote=${found.quote} sources=${sources} />`}</span>
    <datalist id=${`${id}-list`}>${options.map((/** @type {string} */ name) => html`<option value=${name} key=${name} />`)}</datalist>
  </div>`;
}

/** A list with its heading and its way to add a line. */
function Part(/** @type {any} */ { title, add, children, empty }) {
  return html`<section class="work-part"><header><h3>${title}</h3>
      ${add && html`<button type="button" class="button bare" onClick=${add} aria-label=${`Add to ${title.toLowerCase()}`}>
        <${Icon} name="plus" />Add</button>`}</header>
    ${empty ? html`<p class="quiet">${empty}</p>` : children}</section>`;
}

export class WrapupForm extends Component {
  constructor() {
    super(...arguments);
    this.state = { work: null, saving: "clean", choices: null, connectors: [], sent: [], refused: "", sending: false };
    this.unsaved = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.leave = (/** @type {BeforeUnloadEvent} */ event) => {
      if (this.unsaved) event.preventDefault();
    };
    this.retry = (/** @type {any} */ item) =>
      retrySend(item.call_id, item.id).then((found) => this.setState({ sent: found.items }), (/** @type {Error} */ error) => this.setState({ refused: error.message }));
    this.keys = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.finish();
    };
  }

  componentDidMount() {
    addEventListener("beforeunload", this.leave);
    document.addEventListener("keydown", this.keys);
    const { callId } = /** @type {any} */ (this.props);
    // An edit made before is not told by the events; without one the draft stands.
    getWrapup(callId).then(
      (found) => {
        if (found.edited && !this.unsaved) this.setState({ work: found.edited, saving: "saved" });
      },
      () => {},
    );
    getChoices(callId).then((choices) => this.setState({ choices }), () => {});
    getSends(callId).then(({ connectors, items }) => this.setState({ connectors, sent: items }), () => {});
  }

  componentWillUnmount() {
    removeEventListener("beforeunload", this.leave);
    document.removeEventListener("keydown", this.keys);
    if (this.unsaved) this.save();
    clearTimeout(this.timer);
  }

  /** @returns {Work | null} */
  work() {
    return /** @type {any} */ (this.state).work ?? /** @type {any} */ (this.props).wrapup;
  }

  /** @param {(work: Work) => any} change */
  edit(change) {
    const work = this.work();
    if (!work) return;
    this.unsaved += 1;
    this.setState({ work: change(work), saving: "waiting" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET_MS);
  }

  async save() {
    const { callId, agent } = /** @type {any} */ (this.props);
    const work = this.work();
    const edits = this.unsaved;
    clearTimeout(this.timer);
    if (!work) return true;
    this.setState({ saving: "saving" });
    try {
      await saveWrapup(callId, work, agent);
    } catch {
      this.setState({ saving: "failed" });
      this.timer = setTimeout(() => this.save(), RETRY_MS);
      return false;
    }
    if (this.unsaved === edits) this.unsaved = 0;
    this.setState({ saving: this.unsaved ? "waiting" : "saved" });
    return true;
  }

  /** Save, hand over to whatever is set up, and go on; what is not sent is kept and tried again. */
  finish() {
    const work = this.work();
    if (!work || /** @type {any} */ (this.state).sending) return;
    this.unsaved += 1;
    this.setState({ work: { ...work, confirmed: true }, sending: true, refused: "" }, async () => {
      const refused = (await this.save()) ? await this.send() : "It is not saved, so it was not sent. Try again in a moment.";
      this.setState({ sending: false, refused });
    });
  }

  /** @returns {Promise<string>} why it was not handed over */
  async send() {
    const { callId, finish } = /** @type {any} */ (this.props);
    try {
      const items = /** @type {any} */ (this.state).connectors.length ? (await sendWork(callId)).items : [];
      finish(items);
      return "";
    } catch (error) {
      return `It is saved, but could not be handed over: ${/** @type {Error} */ (error).message || "no answer"}`;
    }
  }

  /** The ways to close the case: those that the call speaks for, and the others of its packs. @param {Work} work */
  ways(work) {
    const { choices } = /** @type {any} */ (this.state);
    const chosen = work.disposition?.id ?? "";
    const choose = (/** @type {any} */ way) => this.edit((w) => ({ ...w, disposition: way ? { id: way.id, title: way.title } : null }));
    const shown = work.dispositions;
    const others = (choices?.dispositions ?? []).filter((/** @type {any} */ way) => !shown.some((known) => known.id === way.id));
    if (shown.length + others.length === 0) return null;
    const other = others.find((/** @type {any} */ way) => way.id === chosen);
    return html`<fieldset class="dispositions"><legend>Disposition</legend>
      ${shown.map((way) => html`<label class="pill" key=${way.id} title=${way.why && `Because: ${way.why}`}>
        <input type="radio" name="disposition" value=${way.id} checked=${chosen === way.id} onChange=${() => choose(way)} />${way.title}</label>`)}
      ${others.length > 0 && html`<label class="other-way"><span class="unseen">Another disposition</span>
        <select value=${other ? chosen : ""} onChange=${(/** @type {any} */ e) => choose(others.find((/** @type {any} */ w) => w.id === e.currentTarget.value))}>
          <option value="">${shown.length ? "another ..." : "choose ..."}</option>
          ${others.map((/** @type {any} */ way) => html`<option value=${way.id} key=${way.id}>${way.title}</option>`)}</select></label>`}
    </fieldset>`;
  }

  /** @param {"promises" | "follow_ups" | "summary"} list */
  lines(list) {
    return {
      edit: (/** @type {number} */ at, /** @type {object} */ change) => this.edit((w) => changed(w, list, at, change)),
      remove: (/** @type {number} */ at) => this.edit((w) => removed(w, list, at)),
    };
  }

  /** @param {Work} work @param {any} sources */
  choices(work, sources) {
    const heard = [work.reason, ...work.other_reasons].filter((found) => found !== null);
    const drafted = /** @type {any} */ (this.props).wrapup?.outcome;
    const { choices } = /** @type {any} */ (this.state);
    const titles = (/** @type {string} */ list, /** @type {string[]} */ first) => [
      ...new Set([...first, ...(choices?.[list] ?? []).map((/** @type {any} */ one) => one.title)]),
    ];
    return html`<div class="choices-row">
        <${Choice} label="Reason for the call" id="work-reason" found=${work.reason} sources=${sources}
          hint="why the customer rang" options=${titles("reasons", heard.map((found) => found.title))}
          set=${(/** @type {string} */ title) => this.edit((w) => named(w, "reason", title, heard))} />
        <${Choice} label="Outcome" id="work-outcome" found=${work.outcome} sources=${sources}
          hint="how the call ended" options=${choices?.outcomes?.length ? titles("outcomes", []) : OUTCOMES}
          set=${(/** @type {string} */ title) => this.edit((w) => named(w, "outcome", title, drafted ? [drafted] : []))} />
      </div>
      ${this.ways(work)}`;
  }

  render() {
    const { end, jump, turns } = /** @type {any} */ (this.props);
    const { saving, connectors, sent, refused, sending } = /** @type {any} */ (this.state);
    const work = this.work();
    const to = connectors.join(" and ");
    const head = html`<header class="panel-head"><h2 id="work-title">After-call work</h2>
      ${end && end.reason !== "completed" && html`<span class="chip warn">${end.reason === "lost" ? "the line was lost" : end.reason}</span>`}
      ${work && html`<p class=${`saving ${saving}`} role="status">${SAVED[saving]}</p>`}</header>`;
    if (!work)
      return html`<section class="panel work" aria-labelledby="work-title">${head}
        <p class="empty">The draft is on its way. <button type="button" class="button"
          onClick=${() => this.setState({ work: blank() })}>Write it by hand</button></p></section>`;
    const sources = { turns, jump };
    const add = (/** @type {"promises" | "follow_ups" | "summary"} */ list) => () => this.edit((w) => added(w, list));
    const mood = moodWords(work.mood, levelWord);
    return html`<section class="panel work" aria-labelledby="work-title">${head}
      <form class="scroll work-form" onSubmit=${(/** @type {Event} */ e) => e.preventDefault()}>
        ${work.needs_review.length > 0 && html`<div class="check-first"><h3><${Icon} name="review" />Please check</h3>
          <ul>${work.needs_review.map((line) => html`<li key=${line}>${line}</li>`)}</ul></div>`}
        ${this.choices(work, sources)}
        <${Part} title="Summary" add=${add("summary")}><${SummaryLines} lines=${work.summary} ...${this.lines("summary")} sources=${sources} /></${Part}>
        <${Part} title="Promises" add=${add("promises")} empty=${work.promises.length ? "" : "None was heard."}>
          <${PromiseLines} lines=${work.promises} ...${this.lines("promises")} sources=${sources} /></${Part}>
        <${Part} title="Follow-ups" add=${add("follow_ups")} empty=${work.follow_ups.length ? "" : "Nothing is left to do."}>
          <${FollowUpLines} lines=${work.follow_ups} ...${this.lines("follow_ups")} sources=${sources} /></${Part}>
        ${Object.keys(work.fields).length > 0 && html`<${Part} title="Captured"><${CapturedFields} fields=${work.fields}
          fill=${(/** @type {string} */ id, /** @type {string} */ value) => this.edit((w) => filled(w, id, value))} sources=${sources} /></${Part}>`}
        <label class="work-note"><span>Note</span><textarea rows="2" value=${work.note ?? ""}
          onInput=${(/** @type {any} */ e) => this.edit((w) => ({ ...w, note: e.currentTarget.value }))}></textarea></label>
        ${mood && html`<p class="quiet">Customer’s mood: ${mood}.</p>`}
      </form>
      <footer class="work-done">
        ${refused && html`<p class="fault" role="alert">${refused}</p>`}
        <${Outgoing} items=${sent} retry=${this.retry} link=${false} />
        <button type="button" class="button strong" aria-keyshortcuts="Control+Enter" disabled=${sending} onClick=${() => this.finish()}>
        <${Icon} name="check" />${to ? `Send to ${to}, next call` : "Done, next call"}<kbd aria-hidden="true">Ctrl ↵</kbd></button></footer>
    </section>`;
  }
}
