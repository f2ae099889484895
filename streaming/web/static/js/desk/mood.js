// @ts-check
/** The customer's mood: the level in words, why, and how it went. */
import { LEVELS, clock, levelWord } from "../format.js";
import { Icon, html } from "../ui.js";

/** @typedef {import("../store.js").Mood} Mood */

const WIDTH = 320;
const HEIGHT = 44;

/** The level over the call as a stepped line. @param {{moods: Mood[], seconds: number}} props */
function Timeline({ moods, seconds }) {
  const whole = Math.max(30, seconds);
  const x = (/** @type {number} */ at) => (Math.min(at, whole) / whole) * WIDTH;
  const y = (/** @type {number} */ level) => HEIGHT - 4 - (level / 4) * (HEIGHT - 8);
  let path = `M0 ${y(0)}`;
  for (const mood of moods) path += `H${x(mood.at).toFixed(1)}V${y(mood.level).toFixed(1)}`;
  path += `H${x(seconds).toFixed(1)}`;
  const said = moods.map((mood) => `${levelWord(mood.level)} at ${clock(mood.at)}`).join(", ");
  return html`<svg class="mood-line" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img"
    aria-label=${`Mood over the call: calm at 0:00${said ? `, ${said}` : ""}`}>
    ${[0, 1, 2, 3, 4].map((level) => html`<line x1="0" x2=${WIDTH} y1=${y(level)} y2=${y(level)} key=${level} />`)}
    <path d=${`${path}V${y(0)}H0Z`} class="area" /><path d=${path} class="edge" vector-effect="non-scaling-stroke" />
  </svg>`;
}

/** @param {{mood: Mood, moods: Mood[], seconds: number, jump: (id: number) => void}} props */
export function MoodPanel({ mood, moods, seconds, jump }) {
  return html`<section class="panel mood" data-level=${mood.level} aria-labelledby="mood-title">
    <header class="panel-head">
      <h2 id="mood-title">Customer’s mood</h2>
      ${mood.flagged && html`<span class="chip critical"><${Icon} name="flag" />flagged</span>`}
    </header>
    <div class="mood-now">
      <p class="level">${levelWord(mood.level)}</p>
      <span class="steps" aria-hidden="true">${LEVELS.slice(1).map((_, at) => html`<i class=${at < mood.level ? "on" : ""} key=${at}></i>`)}</span>
    </div>
    ${mood.level > 0 && mood.reasons.length > 0 && html`<ul class="reasons">
      ${mood.reasons.slice(-3).map((reason) => html`<li key=${`${reason.start}${reason.quote}`}>
        <button type="button" class="quote" disabled=${reason.utterance_id === null}
          onClick=${() => reason.utterance_id !== null && jump(reason.utterance_id)}>
          <${Icon} name="quote" /><q>${reason.quote}</q><span class="at">${clock(reason.start)}</span>
        </button></li>`)}
    </ul>`}
    <${Timeline} moods=${moods} seconds=${seconds} />
  </section>`;
}
