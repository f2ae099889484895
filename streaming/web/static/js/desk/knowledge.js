// @ts-check
/** The articles: a search box in the bar, the cards that answer, and one offered for a question. */
import { findCards, sendGap } from "../api.js";
import { Component, Icon, html } from "../ui.js";

/** @typedef {import("./answers.js").Article} Article */

const TYPING_MS = 220;

/** The lines of a card's Markdown: paragraphs and lists, no more. @param {string} text */
function blocks(text) {
  const plain = (/** @type {string} */ line) => line.replace(/\*\*|__|`/g, "").trim();
  /** @type {{list: boolean, lines: string[]}[]} */
  const made = [];
  for (const line of text.split("\n")) {
    const item = /^\s*(?:[-*+]|\d+\.)\s+(.*)$/.exec(line);
    const last = made.at(-1);
    if (item) {
      if (last?.list) last.lines.push(plain(item[1]));
      else made.push({ list: true, lines: [plain(item[1])] });
    } else if (!line.trim()) made.push({ list: false, lines: [] });
    else if (last?.list && /^\s+/.test(line)) last.lines[last.lines.length - 1] += ` ${plain(line)}`;
    else if (last && !last.list && last.lines.length) last.lines[0] += ` ${plain(line)}`;
    else made.push({ list: false, lines: [plain(line)] });
  }
  return made.filter((block) => block.lines.length);
}

/** Where a card is from, and whether it may be out of date. @param {{card: Article}} props */
function Origin({ card }) {
  return html`<p class="origin"><span>${card.source}</span>${card.owner && html`<span>${card.owner}</span>`}
    ${card.date && html`<time datetime=${card.date}>${card.date}</time>`}
    ${card.stale && html`<span class="chip warn"><${Icon} name="alarm" />may be out of date: ${card.stale}</span>`}</p>`;
}

/** @param {{card: Article, open: boolean, toggle: () => void}} props */
function Found({ card, open, toggle }) {
  return html`<li class="article"><h3><button type="button" class="article-head" aria-expanded=${String(open)} onClick=${toggle}>
      <${Icon} name="chevron" /><span><b>${card.heading || card.title}</b>${card.heading && html`<small>${card.title}</small>`}</span></button></h3>
    ${open && html`<div class="article-text">${blocks(card.text).map((block, at) =>
      block.list
        ? html`<ul key=${at}>${block.lines.map((line) => html`<li key=${line}>${line}</li>`)}</ul>`
        : html`<p key=${at}>${block.lines[0]}</p>`)}<${Origin} card=${card} /></div>`}
  </li>`;
}

/** The card offered for what the customer asked. @param {{card: Article, open: () => void, close: () => void, keysOn: boolean}} props */
export function Offered({ card, open, close, keysOn }) {
  const first = blocks(card.text)[0]?.lines[0] ?? "";
  return html`<article class="card small offered" aria-labelledby="offered-title">
    <${Icon} name="search" />
    <div><h3 id="offered-title">${card.heading || card.title}</h3><p>${first}</p>
      <small>${card.source} · ${card.date}</small></div>
    <button type="button" class="button" aria-keyshortcuts=${keysOn ? "K" : undefined} onClick=${open}>
      Read${keysOn && html`<kbd aria-hidden="true">K</kbd>`}</button>
    <button type="button" class="button bare" aria-label=${`Dismiss the article: ${card.heading}`} onClick=${close}>
      <${Icon} name="close" /></button>
  </article>`;
}

/** The search box and its answers, which lie over the side of the desk while they are open. */
export class Knowledge extends Component {
  constructor() {
    super(...arguments);
    this.state = { query: "", cards: null, shown: "", reduced: "", told: "", failed: "" };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    this.asked = 0;
    /** @type {HTMLInputElement | null} */
    this.box = null;
  }

  /** @param {any} before */
  componentDidUpdate(before) {
    const { card } = /** @type {any} */ (this.props);
    if (card && card !== before.card) {
      this.setState({ query: "", cards: [card], shown: card.id, reduced: "", told: "", failed: "" }, () =>
        /** @type {HTMLElement | null} */ (document.querySelector("#answers .article-head"))?.focus());
    }
  }

  componentWillUnmount() {
    clearTimeout(this.timer);
  }

  /** @param {string} query */
  typed(query) {
    this.setState({ query, told: "" });
    clearTimeout(this.timer);
    if (query.trim().length < 2) this.setState({ cards: null, failed: "" });
    else this.timer = setTimeout(() => this.look(query.trim(), false), TYPING_MS);
  }

  /** @param {string} query @param {boolean} entered */
  async look(query, entered) {
    clearTimeout(this.timer);
    if (!query) return;
    const mine = (this.asked += 1);
    const { queue } = /** @type {any} */ (this.props);
    try {
      const { cards, reduced } = await findCards(query, queue);
      if (mine !== this.asked) return;
      this.setState({ cards, reduced, failed: "", shown: cards[0]?.id ?? "" });
      if (entered && cards.length === 0) this.gap(query, "nothing");
    } catch (error) {
      if (mine === this.asked) this.setState({ cards: [], failed: /** @type {Error} */ (error).message || "no answer" });
    }
  }

  /** @param {string} query @param {"nothing" | "unhelpful"} why */
  async gap(query, why) {
    const { queue, agent } = /** @type {any} */ (this.props);
    const told = await sendGap(query, why, queue, agent).then(() => "Noted: whoever writes the articles will see it.", () => "It could not be noted just now.");
    this.setState({ told });
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.setState({ query: "", cards: null, told: "", failed: "" });
    /** @type {any} */ (this.props).closed();
    this.box?.blur();
    document.getElementById("main")?.focus({ preventScroll: true });
  }

  answers() {
    const { query, cards, shown, reduced, told, failed } = /** @type {any} */ (this.state);
    if (cards === null) return null;
    const asked = query.trim();
    return html`<section class="panel answers" id="answers" aria-labelledby="answers-title">
      <header class="panel-head"><h2 id="answers-title">Articles</h2>
        <button type="button" class="button bare" onClick=${() => this.close()} aria-label="Close the articles"><${Icon} name="close" /></button></header>
      <div class="scroll" tabindex="0" role="group" aria-labelledby="answers-title">
        ${failed && html`<p class="fault" role="alert">The articles cannot be searched just now: ${failed}</p>`}
        ${!failed && cards.length === 0 && html`<p class="empty">No article answers this.${told ? "" : " Press Enter to note it as a gap."}</p>`}
        <ul>${cards.map((/** @type {Article} */ card) => html`<${Found} key=${card.id} card=${card} open=${shown === card.id}
          toggle=${() => this.setState({ shown: shown === card.id ? "" : card.id })} />`)}</ul>
        ${asked && cards.length > 0 && !told && html`<button type="button" class="button bare" onClick=${() => this.gap(asked, "unhelpful")}>
          <${Icon} name="thumb" />None of these helps</button>`}
        ${reduced && html`<p class="quiet">Found by words alone: the reader of meanings is not available.</p>`}
      </div>
      <p class="told quiet" role="status">${told}</p></section>`;
  }

  render() {
    const { query, cards } = /** @type {any} */ (this.state);
    const { keysOn } = /** @type {any} */ (this.props);
    const keys = (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Escape") this.close();
      else if (event.key === "Enter") {
        event.preventDefault();
        void this.look(query.trim(), true);
      } else if (event.key === "ArrowDown" && cards?.length) {
        event.preventDefault();
        /** @type {HTMLElement | null} */ (document.querySelector("#answers .article-head"))?.focus();
      } else return;
      event.stopPropagation();
    };
    return html`<div class="knowledge" role="search">
      <label class="seek"><${Icon} name="search" /><span class="unseen">Search the articles</span>
        <input id="seek" type="search" placeholder="Search the articles" autocomplete="off" value=${query}
          aria-keyshortcuts=${keysOn ? "/" : undefined} ref=${(/** @type {any} */ box) => (this.box = box)}
          onInput=${(/** @type {any} */ e) => this.typed(e.currentTarget.value)} onKeyDown=${keys} />
        ${keysOn && html`<kbd aria-hidden="true">/</kbd>`}</label>
      <p class="unseen" role="status">${cards === null ? "" : cards.length === 1 ? "1 section found" : `${cards.length} sections found`}</p>
      ${this.answers()}</div>`;
  }
}
