// @ts-check
/** Buttons that move the ends of a clip by one step, beside each number field. */

export function nudges() {
  for (const field of document.querySelectorAll(".ends input")) {
    if (!(field instanceof HTMLInputElement)) continue;
    const what = field.name === "start" ? "begin" : "end";
    // Beside the label, not in it: a label belongs to the first control that it holds.
    const label = field.closest("label");
    const row = document.createElement("div");
    row.className = "nudge";
    label?.replaceWith(row);
    row.append(button("−", `${what} half a second earlier`, field, -1), label ?? field);
    row.append(button("+", `${what} half a second later`, field, 1));
  }
}

/** @param {string} sign @param {string} label @param {HTMLInputElement} field @param {1 | -1} way */
function button(sign, label, field, way) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = sign;
  made.setAttribute("aria-label", label[0].toUpperCase() + label.slice(1));
  made.addEventListener("click", () => {
    if (way > 0) field.stepUp();
    else field.stepDown();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return made;
}
