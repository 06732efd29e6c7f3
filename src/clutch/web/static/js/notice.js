// The sentence that tells what is slower or missing: it comes and goes on pages that are open.
// Asked every half minute, and every four seconds while it is shown; not by pages nobody looks at.

const QUIET_MS = 30_000;
const SHOWN_MS = 4_000;
const bar = document.getElementById("site-notice");
let timer;

function show(text) {
  const shown = bar.firstElementChild;
  if ((shown?.textContent ?? "") === text) return;
  if (!text) return bar.replaceChildren();
  const line = document.createElement("p");
  line.textContent = text;
  bar.replaceChildren(line);
}

async function ask() {
  try {
    const answer = await fetch(`/notice?language=${document.documentElement.lang}`, { cache: "no-store" });
    if (answer.ok) show((await answer.json()).text);
  } catch {
    // Offline: what is shown stays, and live.js says that it reconnects.
  }
  plan();
}

function plan() {
  clearTimeout(timer);
  if (document.hidden) return;
  const pause = bar.firstElementChild ? SHOWN_MS : QUIET_MS;
  timer = setTimeout(ask, pause * (0.8 + 0.2 * Math.random()));
}

if (bar) {
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : ask()));
  plan();
}
