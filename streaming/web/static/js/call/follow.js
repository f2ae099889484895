// @ts-check
/** The transcript in step with the sound. */

/** The last of the sorted starts not after `at`, -1 where there is none. @param {number[]} starts @param {number} at */
export function current(starts, at) {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** @param {HTMLAudioElement} audio @param {HTMLElement[]} lines @param {HTMLInputElement | null} wanted */
export function follow(audio, lines, wanted) {
  const starts = lines.map((line) => Number(line.dataset.start));
  const ends = lines.map((line) => Number(line.dataset.end));
  /** @type {Set<HTMLElement>} */
  let playing = new Set();
  let shown = -1;
  wanted?.closest("label")?.removeAttribute("hidden");

  function mark() {
    const at = audio.currentTime;
    const last = current(starts, at);
    const next = new Set();
    // Both sides may speak at once, so look back over what may still last.
    for (let n = last; n >= 0 && n > last - 6; n -= 1) if (ends[n] >= at) next.add(lines[n]);
    for (const line of playing) if (!next.has(line)) line.classList.remove("playing");
    for (const line of next) line.classList.add("playing");
    playing = next;
    if (last === shown || last < 0) return;
    shown = last;
    if (!audio.paused && wanted?.checked) lines[last].scrollIntoView({ block: "center" });
  }

  audio.addEventListener("timeupdate", mark);
  audio.addEventListener("seeked", mark);
}
