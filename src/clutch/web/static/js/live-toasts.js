// Notes for the reader, on whatever page they are: they stay for a while, longer while somebody is at them, and can be sent
// away. The page gives a region and a template (live/toasts.html).

const STAY_S = 8;
const MOST = 3;

export function toast({ text, href, tone }) {
  const region = document.getElementById("toasts");
  const template = document.getElementById("toast");
  if (!region || !template) return;
  const made = template.content.firstElementChild.cloneNode(true);
  if (tone) made.classList.add(tone);
  made.querySelector(".toast-text").append(said(text, href));
  made.querySelector("button").addEventListener("click", () => leave(made));
  made.addEventListener("keydown", (event) => event.key === "Escape" && leave(made));
  made.dataset.left = STAY_S;
  region.append(made);
  while (region.children.length > MOST) region.firstElementChild.remove();
}

function said(text, href) {
  if (!href?.startsWith("/")) return text;
  const link = document.createElement("a");
  link.href = href;
  link.textContent = text;
  return link;
}

// The focus goes to the next note, or to the page: never to nowhere.
function leave(made) {
  const isMine = made.contains(document.activeElement);
  const next = made.nextElementSibling ?? made.previousElementSibling;
  made.remove();
  if (isMine) (next?.querySelector("button") ?? document.getElementById("main"))?.focus({ preventScroll: true });
}

// Nobody's time runs out on a page that nobody looks at.
setInterval(() => {
  if (document.hidden) return;
  for (const made of document.querySelectorAll("#toasts > *")) {
    if (made.matches(":hover, :focus-within")) made.dataset.left = STAY_S;
    else if (--made.dataset.left <= 0) leave(made);
  }
}, 1_000);
