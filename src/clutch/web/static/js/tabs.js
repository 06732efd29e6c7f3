// Rows of tabs, and of sections, that are wider than a phone: the one we are at is in view, and the edge fades where more of them are.
// Without this module they scroll as well, from the first one on.

const REST_PX = 2;

function shade(tabs) {
  const left = Math.abs(tabs.scrollLeft);
  tabs.classList.toggle("is-more-before", left > REST_PX);
  tabs.classList.toggle("is-more-after", left + tabs.clientWidth < tabs.scrollWidth - REST_PX);
}

function bringIntoView(tabs) {
  const current = tabs.querySelector("[aria-current]");
  if (current) tabs.scrollLeft = current.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - current.offsetWidth) / 2;
}

for (const tabs of document.querySelectorAll(".tabs, .sections")) {
  bringIntoView(tabs);
  shade(tabs);
  tabs.addEventListener("scroll", () => shade(tabs), { passive: true });
  new ResizeObserver(() => shade(tabs)).observe(tabs);
}
