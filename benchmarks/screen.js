// Notes when captions and hint cards are painted: [epoch seconds, kind, key, text].
(() => {
  const notes = [];
  const seen = new Map();
  window.cuelineNotes = notes;
  const look = () => {
    const found = [];
    const note = (kind, key, text) => {
      if (seen.get(`${kind} ${key}`) === text) return;
      seen.set(`${kind} ${key}`, text);
      found.push([kind, key, text]);
    };
    for (const line of document.querySelectorAll(".captions li.said")) {
      const said = line.querySelector("p")?.textContent ?? "";
      if (line.dataset.final === "true") note("final", line.id.replace("turn-", ""), said);
      else note("partial", line.classList.contains("agent") ? "agent" : "customer", said);
    }
    for (const card of document.querySelectorAll("article[data-hint]"))
      note("hint", card.dataset.hint, "");
    if (found.length)
      requestAnimationFrame(() => {
        const at = (performance.timeOrigin + performance.now()) / 1000;
        for (const [kind, key, text] of found) notes.push([at, kind, key, text]);
      });
  };
  new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
})();
