// @ts-check
/** The list of reviews: times as they are here, and T takes the first call of the queue. */
import { localTimes } from "./localtime.js";
import { isWriting } from "./ui.js";

localTimes();
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event)) return;
  const take = document.querySelector("[aria-keyshortcuts=T]");
  if (event.key.toLowerCase() !== "t" || !(take instanceof HTMLElement)) return;
  take.click();
  event.preventDefault();
});
