// @ts-check
/** Times of day as they are here; without script the page says them in UTC. */
export function localTimes() {
  const written = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  for (const time of document.querySelectorAll("time[data-local]")) {
    const at = new Date(time.getAttribute("datetime") ?? "");
    if (Number.isNaN(at.getTime())) continue;
    time.textContent = written.format(at);
    time.setAttribute("title", at.toISOString());
  }
}
