// @ts-check
/** Pieces that every live part draws with. */
import htm from "../vendor/htm.js";
import { Component, h, render } from "../vendor/preact.js";

export { Component, render };
export const html = htm.bind(h);

/** A picture from the sprite; it says nothing itself, so words stand beside it. */
export function Icon(/** @type {{name: string, class?: string}} */ props) {
  return html`<svg class=${`icon ${props.class ?? ""}`} aria-hidden="true" focusable="false">
    <use href=${`/static/icons.svg#${props.name}`} />
  </svg>`;
}

/** Text with masked numbers shown as such. @param {{text: string, redacted: string[]}} props */
export function Words({ text, redacted }) {
  if (!redacted || redacted.length === 0) return text;
  return text
    .split(/(\[[a-z][a-z _-]*\])/gi)
    .map((part, at) =>
      at % 2 ? html`<span class="masked"><${Icon} name="lock" />${part.slice(1, -1)} removed</span>` : part,
    );
}

/** Draw on the next frame, once, however often it is asked for. @param {() => void} draw */
export function perFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    const go = () => {
      asked = false;
      draw();
    };
    // A hidden page gets no frames; its title and its live regions still have to follow.
    if (document.visibilityState === "hidden") setTimeout(go, 250);
    else requestAnimationFrame(go);
  };
}

/** Whether a key press is text: unlike `isTyping`, a choice among answers lets other keys through. @param {KeyboardEvent} event */
export function isWriting(event) {
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog") != null;
}

/** Whether a key press belongs to something that takes typing or its own keys. @param {KeyboardEvent} event */
export function isTyping(event) {
  const target = event.target instanceof Element ? event.target : null;
  return target?.closest("input, textarea, select, [contenteditable=true], dialog") != null;
}
