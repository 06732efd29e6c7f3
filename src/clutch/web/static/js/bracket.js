// The bracket works without this: it scrolls, its rounds are links. Here a participant's path lights up,
// "my matches" leads from one to the next, it fits itself to the width, and the round in view is named.
// Classes that begin with is- are ours and survive a live update.

const PHONE = matchMedia("(max-width: 720px)");
const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const SMALLEST = 0.3;

function setUp(frame) {
  const pane = frame.querySelector(".bracket-pane");
  const bracket = frame.querySelector(".bracket");
  followPaths(bracket, frame);
  followRounds(frame, pane, bracket);
  offerFit(frame, pane, bracket);
}

// --- a participant's path ---------------------------------------------------------------------------

function followPaths(bracket, frame) {
  let pinned = null;
  const participant = (event) => event.target.closest?.("[data-p]")?.dataset.p ?? null;
  const rest = () => light(bracket, pinned);
  bracket.addEventListener("pointerover", (event) => event.pointerType !== "touch" && light(bracket, participant(event) ?? pinned));
  bracket.addEventListener("pointerleave", rest);
  bracket.addEventListener("focusin", (event) => light(bracket, participant(event) ?? pinned));
  bracket.addEventListener("focusout", rest);
  offerMine(frame, bracket, (mine) => {
    pinned = mine;
    rest();
  });
}

let litNow = "";

function light(bracket, participants) {
  const wanted = participants ?? "";
  if (wanted === litNow) return;
  litNow = wanted;
  for (const element of bracket.querySelectorAll(".is-on, .is-in, .is-out, .is-rising")) {
    element.classList.remove("is-on", "is-in", "is-out", "is-rising");
  }
  bracket.classList.toggle("is-lit", wanted !== "");
  for (const one of wanted.split(" ").filter(Boolean)) lightOne(bracket, one);
}

function lightOne(bracket, participant) {
  const cells = [];
  for (const side of bracket.querySelectorAll(`[data-p="${CSS.escape(participant)}"]`)) {
    side.classList.add("is-on");
    const cell = side.closest(".cell");
    cell.classList.add("is-on");
    cells.push({ cell, won: side.classList.contains("won"), ...placeOf(cell) });
  }
  for (const from of cells) {
    const to = cells.find((other) => isNext(from, other));
    if (!to || !(from.won || from.part === "final")) continue;
    from.cell.classList.add("is-out");
    if (from.part !== "lower" || to.part !== "final") to.cell.classList.add("is-in");
    else for (const rise of bracket.querySelectorAll(".rise")) rise.classList.add("is-rising");
  }
}

function placeOf(cell) {
  const [, letter, round] = /^round-([A-Z])(\d+)$/.exec(cell.closest(".round").id);
  return { letter, part: cell.closest(".round").dataset.part, round: Number(round) };
}

function isNext(from, to) {
  if (to.part === from.part) return to.round === from.round + 1;
  return to.part === "final" && to.round === 1 && from.cell.dataset.line !== undefined && from.cell.dataset.line !== "pair";
}

// --- my matches -------------------------------------------------------------------------------------

function offerMine(frame, bracket, pin) {
  const button = frame.querySelector('[data-act="mine"]');
  const mine = frame.closest("[data-mine]")?.dataset.mine.trim();
  if (!button || !mine) return;
  const isMine = mine.split(/\s+/).map((one) => `[data-p="${CSS.escape(one)}"]`).join(", ");
  let last = -1;
  button.hidden = false;
  button.addEventListener("click", () => {
    const matches = [...bracket.querySelectorAll(".match:not(.bye)")].filter((match) => match.querySelector(isMine));
    if (!matches.length) return;
    // The first click leads to where something is to be done, the next ones through all of them.
    const open = matches.findIndex((match) => !match.classList.contains("decided"));
    last = last < 0 ? (open < 0 ? matches.length - 1 : open) : (last + 1) % matches.length;
    pin(mine);
    show(matches[last]);
    matches[last].querySelector(".match-link").focus({ preventScroll: true });
  });
}

function show(match) {
  match.scrollIntoView({ behavior: CALM.matches ? "auto" : "smooth", block: "center", inline: PHONE.matches ? "start" : "center" });
}

// --- rounds -----------------------------------------------------------------------------------------

function followRounds(frame, pane, bracket) {
  const links = new Map();
  for (const link of frame.querySelectorAll(".bracket-rounds a")) links.set(link.hash.slice(1), link);
  // The heads are watched, not the rounds: a long round never shows more than a small part of itself.
  const heads = [...bracket.querySelectorAll(".round-head")];
  const seen = new Map();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) seen.set(entry.target, entry.intersectionRatio);
    name(heads.find((head) => (seen.get(head) ?? 0) > 0.55)?.closest(".round"));
  }, { root: pane, threshold: [0, 0.2, 0.4, 0.6, 0.8, 1] });
  for (const head of heads) watcher.observe(head);

  function name(round) {
    if (!round) return;
    for (const [id, link] of links) {
      const isHere = id === round.id;
      if (isHere === link.hasAttribute("aria-current")) continue;
      link.toggleAttribute("aria-current", isHere);
      if (isHere) {
        link.setAttribute("aria-current", "true");
        bringIntoStrip(link);
      }
    }
    fitHeight(pane, round);
  }

  frame.querySelector(".bracket-rounds")?.addEventListener("click", (event) => {
    const round = document.getElementById(event.target.closest("a")?.hash.slice(1) ?? "");
    if (!round) return;
    event.preventDefault();
    const edge = parseFloat(getComputedStyle(pane).paddingInlineStart);
    const left = round.offsetLeft - bracket.offsetLeft;
    // On a phone the rounds snap, and rounds far apart would fly by: there one jumps.
    if (PHONE.matches) pane.scrollTo({ left, behavior: "instant" });
    else pane.scrollTo({ left: left - edge / 2, top: round.offsetTop - bracket.offsetTop, behavior: CALM.matches ? "auto" : "smooth" });
  });
  PHONE.addEventListener("change", () => { pane.style.height = ""; });
}

function bringIntoStrip(link) {
  const strip = link.closest(".bracket-rounds");
  strip.scrollTo({ left: link.offsetLeft - strip.offsetLeft - strip.clientWidth / 3, behavior: CALM.matches ? "auto" : "smooth" });
}

// On a phone a short round must not stand above the empty height of a long one.
function fitHeight(pane, round) {
  const height = PHONE.matches ? `${round.offsetHeight + 24}px` : "";
  if (pane.style.height !== height) pane.style.height = height;
}

// --- fit to width -----------------------------------------------------------------------------------

function offerFit(frame, pane, bracket) {
  const button = frame.querySelector('[data-act="fit"]');
  if (!button || !CSS.supports("zoom", "0.5")) return;
  const fit = () => {
    bracket.style.zoom = "";
    const style = getComputedStyle(pane);
    const room = pane.clientWidth - parseFloat(style.paddingInlineStart) - parseFloat(style.paddingInlineEnd);
    const isWide = bracket.offsetWidth > room + 1;
    button.hidden = !isWide || PHONE.matches;
    const wanted = button.getAttribute("aria-pressed") === "true" && !button.hidden;
    if (wanted) bracket.style.zoom = String(Math.max(SMALLEST, room / bracket.offsetWidth));
  };
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    fit();
  });
  new ResizeObserver(fit).observe(pane);
  addEventListener("beforeprint", () => { bracket.style.zoom = ""; });
  addEventListener("afterprint", fit);
}

for (const frame of document.querySelectorAll("[data-bracket]")) setUp(frame);
