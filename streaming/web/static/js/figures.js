// @ts-check
/** Comfort for the pages of figures: times as they are here, and days counted in this time zone. */
import { localTimes } from "./localtime.js";

localTimes();
const place = document.getElementById("zone");
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (place && here && here !== place.dataset.zone) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = `Count days in ${here}`;
  button.addEventListener("click", () => {
    document.cookie = `cueline_zone=${encodeURIComponent(here)}; path=/; max-age=31536000; samesite=lax`;
    location.reload();
  });
  place.append(button);
}
