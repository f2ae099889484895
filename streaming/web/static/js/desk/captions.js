// @ts-check
/** What both sides say, as it is said: told apart by side, label, shape and colour. */
import { CHANNELS, clock } from "../format.js";
import { Component, Icon, Words, html } from "../ui.js";

/**
 * @typedef {import("../store.js").Turn} Turn
 * @typedef {import("../store.js").Partial} Partial
 * @typedef {import("../store.js").Gap} Gap
 */

/** How many lines are drawn at once; earlier ones come on request. */
const DRAWN = 200;
/** How near the end, in pixels, still counts as being there. */
const NEAR = 48;

/** @param {{turn: Turn, lead: boolean, marked: boolean}} props */
function Line({ turn, lead, marked }) {
  return html`<li id=${`turn-${turn.id}`} tabindex="-1" data-final="true"
    class=${`said ${turn.channel}${lead ? " lead" : ""}${marked ? " marked" : ""}`}>
    ${lead && html`<${Speaker} channel=${turn.channel} at=${turn.start} />`}
    <p>${turn.failed
      ? html`<em class="failed">Could not be read: ${turn.failed}</em>`
      : html`<${Words} text=${turn.text} redacted=${turn.redacted} />`}</p>
  </li>`;
}

/** @param {{channel: string, at: number}} props */
function Speaker({ channel, at }) {
  return html`<span class="speaker"><${Icon} name=${channel} />${CHANNELS[channel] ?? channel}
    <time class="at">${clock(at)}</time></span>`;
}

/** @param {{partial: Partial, lead: boolean}} props */
function Open({ partial, lead }) {
  const stable = partial.text.slice(0, partial.stable);
  return html`<li class=${`said open ${partial.channel}${lead ? " lead" : ""}`} data-final="false">
    ${lead && html`<${Speaker} channel=${partial.channel} at=${partial.start} />`}
    <p>${stable}<span class="unsure">${partial.text.slice(partial.stable)}</span></p>
  </li>`;
}

/** @param {{gap: Gap}} props */
function Missing({ gap }) {
  return html`<li class="gap"><${Icon} name="gap" />No sound from the ${CHANNELS[gap.channel]?.toLowerCase()} for
    ${" "}${(gap.end - gap.start).toFixed(1)} s at ${clock(gap.start)} (${gap.reason})</li>`;
}

export class Captions extends Component {
  constructor() {
    super(...arguments);
    this.state = { following: true, drawn: DRAWN };
    /** @type {HTMLElement | null} */
    this.list = null;
    // A card that comes or goes above makes the list shorter or longer; the end has to stay in sight.
    this.sized = new ResizeObserver(() => {
      if (/** @type {any} */ (this.state).following && this.list) this.list.scrollTop = this.list.scrollHeight;
    });
    this.hold = (/** @type {HTMLElement | null} */ list) => {
      this.list = list;
      this.sized.disconnect();
      if (list) this.sized.observe(list);
    };
    this.scrolled = () => {
      const following = this.nearEnd();
      if (following !== /** @type {any} */ (this.state).following) this.setState({ following });
    };
    this.jump = () => this.setState({ following: true });
  }

  nearEnd() {
    const { list } = this;
    return !list || list.scrollHeight - list.scrollTop - list.clientHeight < NEAR;
  }

  /** @param {any} next @param {any} state */
  shouldComponentUpdate(next, state) {
    const { turns, open, gaps, marked, phase } = /** @type {any} */ (this.props);
    return (
      turns !== next.turns || open !== next.open || gaps !== next.gaps || marked !== next.marked ||
      phase !== next.phase || state !== this.state
    );
  }

  /** @param {any} before */
  componentDidUpdate(before) {
    const { marked } = /** @type {any} */ (this.props);
    if (marked !== before.marked && marked?.id != null) this.show(marked.id);
    else if (/** @type {any} */ (this.state).following && this.list) this.list.scrollTop = this.list.scrollHeight;
  }

  componentDidMount() {
    if (this.list) this.list.scrollTop = this.list.scrollHeight;
  }

  /** Bring a turn into view, also one too far back to be drawn. @param {number} id */
  show(id) {
    const { turns } = /** @type {any} */ (this.props);
    const back = turns.length - turns.findIndex((/** @type {Turn} */ turn) => turn.id === id);
    const { drawn } = /** @type {any} */ (this.state);
    if (back > drawn && back <= turns.length) {
      this.setState({ drawn: back + 20, following: false }, () => this.show(id));
      return;
    }
    const line = document.getElementById(`turn-${id}`);
    if (!line || !this.list) return;
    this.list.scrollTop = line.offsetTop - this.list.clientHeight / 3;
    line.focus({ preventScroll: true });
  }

  lines() {
    const { turns, open, gaps, marked } = /** @type {any} */ (this.props);
    const { drawn } = /** @type {any} */ (this.state);
    const first = Math.max(0, turns.length - drawn);
    const from = first ? turns[first].start : 0;
    const all = [
      ...turns.slice(first).map((/** @type {Turn} */ turn) => ({ at: turn.start, turn })),
      ...gaps.filter((/** @type {Gap} */ gap) => gap.start >= from).map((/** @type {Gap} */ gap) => ({ at: gap.start, gap })),
    ].sort((a, b) => a.at - b.at);
    let speaker = "";
    const lead = (/** @type {string} */ channel) => {
      const changed = channel !== speaker;
      speaker = channel;
      return changed;
    };
    const drawnLines = all.map(({ turn, gap }) =>
      gap
        ? html`<${Missing} key=${`gap-${gap.channel}-${gap.start}`} gap=${gap} />`
        : html`<${Line} key=${turn.id} turn=${turn} lead=${lead(turn.channel)} marked=${marked?.id === turn.id} />`,
    );
    const partials = Object.values(open).sort((/** @type {any} */ a, /** @type {any} */ b) => a.start - b.start);
    return [
      ...drawnLines,
      ...partials.map((/** @type {any} */ partial) => html`<${Open} key=${partial.id} partial=${partial} lead=${lead(partial.channel)} />`),
    ];
  }

  render() {
    const { turns, phase } = /** @type {any} */ (this.props);
    const { following, drawn } = /** @type {any} */ (this.state);
    const lines = this.lines();
    return html`<section class="panel captions" aria-labelledby="captions-title">
      <header class="panel-head"><h2 id="captions-title">Captions</h2>
        ${turns.length > drawn && html`<button type="button" class="button bare"
          onClick=${() => this.setState({ drawn: drawn + DRAWN, following: false })}>Show earlier</button>`}
      </header>
      <div class="scroll" role="log" aria-live="off" aria-labelledby="captions-title" tabindex="0"
        ref=${this.hold} onScroll=${this.scrolled}><ol>${lines}</ol></div>
      ${lines.length === 0 && html`<p class="empty">Nobody has spoken yet.</p>`}
      ${!following && phase === "live" && html`<button type="button" class="button to-live" onClick=${this.jump}>
        <${Icon} name="down" />Jump to live</button>`}
    </section>`;
  }
}
