// @ts-check
/** Times of day as they are here; without script the page says them in UTC. */
export function localTimes() {
  const day = /** @type {const} */ ({ day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
  const near = new Intl.DateTimeFormat(undefined, day);
  const far = new Intl.DateTimeFormat(undefined, { ...day, year: "numeric" });
  const year = new Date().getFullYear();
  for (const time of document.querySelectorAll("time[data-local]")) {
    const at = new Date(time.getAttribute("datetime") ?? "");
    if (Number.isNaN(at.getTime())) continue;
    time.textContent = (at.getFullYear() === year ? near : far).format(at);
    time.setAttribute("title", at.toISOString());
  }
}
