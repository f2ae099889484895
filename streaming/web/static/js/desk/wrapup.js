// @ts-check
import { html } from "../ui.js";
export function WrapupForm() {
  return html`<section class="panel"><h2>After-call work</h2></section>`;
}
