// Which transport carries this page's live updates: the best that gets through. It steps down when one does not, tries the
// way up again now and then, comes back after broken lines, and rests while nobody looks. docs/live.md has the rules.

import { LINES } from "./live-lines.js";

const HELLO_MS = 5_000;
const SILENCE_MS = 14_000; // heartbeats come every 10 s
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const MOST_STRIKES = 2;
const UP_EVERY_MS = 60_000;
const UP_WITHIN_MS = 15_000;
const UP_AGAIN_MS = 2_000;
const ANSWER_MS = 5_000;
const REACH_MS = 3_000;
const KEPT = "live-rung";

let page = null; // { wishes(), hear(frame, transport), lost() }
let current = null; // the attempt that carries this page, or is about to
let trial = null; // an attempt further up, beside it
let rung = 0;
let strikes = 0;
let failures = 0;
let upAt = 0;
let timer = 0;
let upTimer = 0;
let sleepTimer = 0;

export function climbOn(own) {
  page = own;
  recall();
  open();
}

// Streams have been added, or something is missing: read on from where the page stands.
export function resume() {
  if (current?.isGreeted) current.line.resume();
}

// The line is of no use at the moment: another one, after a pause.
export function reopen() {
  if (current) fail(current, 0);
}

function attempt(at) {
  const made = { rung: at, isGreeted: false, isSteady: false, isExcused: false, heardAt: performance.now(), line: null, timer: 0 };
  made.timer = setTimeout(() => fail(made, MOST_STRIKES), HELLO_MS);
  made.line = LINES[at].open({
    wishes: page.wishes,
    hear: (frame) => hear(made, frame),
    lose: (after) => fail(made, 1, after),
  });
  return made;
}

function open() {
  clearTimeout(timer);
  if (current || !page.wishes().length) return;
  current = attempt(rung);
  climbLater();
}

function close(made) {
  clearTimeout(made.timer);
  made.line.close();
}

function hear(made, frame) {
  if (made !== current && made !== trial) return;
  made.heardAt = performance.now();
  if (frame.type === "hello") greet(made);
  if (frame.type === "bye") made.isExcused = true;
  if (frame.type === "heartbeat") steady(made);
  if (made === current) page.hear(frame, LINES[made.rung].name);
}

function greet(made) {
  clearTimeout(made.timer);
  made.isGreeted = true;
  if (made === trial) {
    close(current);
    current = made;
    trial = null;
    stand(made.rung);
  }
  made.line.begin();
}

function steady(made) {
  if (made !== current || made.isSteady) return;
  made.isSteady = true;
  strikes = failures = 0;
}

function stand(at) {
  rung = at;
  strikes = 0;
  remember();
  climbLater();
}

// --- when a line ends ----------------------------------------------------------------------------------

function fail(made, weight, after) {
  close(made);
  if (made === trial) {
    tryNext(made.rung + 1);
    return;
  }
  if (made !== current) return;
  current = null;
  dropTrial();
  page.lost();
  failures += 1;
  if (!made.isSteady && !made.isExcused) strikes += weight;
  if (strikes >= MOST_STRIKES && rung < LINES.length - 1) stepDown();
  else openLater(after);
}

// When the whole site is away, no transport is to blame.
async function stepDown() {
  const isThere = await isReachable();
  if (current) return; // the page was woken meanwhile, and tries this transport once more
  if (isThere) {
    stand(rung + 1);
    if (!isAsleep) open();
  } else {
    strikes = 1;
    openLater();
  }
}

async function isReachable() {
  try {
    const answer = await fetch("/livez", { cache: "no-store", signal: AbortSignal.timeout(REACH_MS) });
    return answer.status < 500;
  } catch {
    return false;
  }
}

function openLater(after) {
  if (document.hidden && isAsleep) return;
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  clearTimeout(timer);
  timer = setTimeout(open, after || Math.random() * most);
}

// --- the way up ------------------------------------------------------------------------------------------

function climbLater() {
  clearTimeout(upTimer);
  if (!rung) return;
  upTimer = setTimeout(climb, Math.max(0, upAt - Date.now()));
}

function climb() {
  if (!current?.isGreeted) {
    upTimer = setTimeout(climb, UP_AGAIN_MS);
    return;
  }
  upAt = Date.now() + UP_EVERY_MS + Math.random() * UP_WITHIN_MS;
  remember();
  climbLater();
  if (!trial) tryNext(0);
}

function tryNext(at) {
  trial = null;
  if (current && at < current.rung) trial = attempt(at);
}

function dropTrial() {
  if (trial) close(trial);
  trial = null;
}

// Another page of this visit begins where this one stood.
function remember() {
  if (rung && upAt < Date.now()) upAt = Date.now() + UP_EVERY_MS + Math.random() * UP_WITHIN_MS;
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([rung, upAt]));
  } catch {
    // Without storage each page finds out by itself.
  }
}

function recall() {
  try {
    [rung, upAt] = JSON.parse(sessionStorage.getItem(KEPT)) ?? [0, 0];
  } catch {
    // As above.
  }
  if (!LINES[rung]) rung = 0;
}

// --- when to be awake ---------------------------------------------------------------------------------------

let isAsleep = false;

function wake() {
  clearTimeout(sleepTimer);
  isAsleep = false;
  if (!current) {
    open();
    return;
  }
  const asked = current;
  const at = performance.now();
  asked.line.ask();
  setTimeout(() => asked === current && asked.rung === 0 && asked.heardAt < at && fail(asked, 0), ANSWER_MS);
}

function sleep() {
  isAsleep = true;
  clearTimeout(timer);
  clearTimeout(upTimer);
  dropTrial();
  if (current) close(current);
  current = null;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) sleepTimer = setTimeout(sleep, LINES[rung].sleepsAfterMs);
  else wake();
});
addEventListener("online", () => page && wake());
addEventListener("pagehide", sleep);
addEventListener("pageshow", (event) => event.persisted && page && wake());
setInterval(() => {
  if (current?.isGreeted && performance.now() - current.heardAt > SILENCE_MS) fail(current, 1);
}, 1_000);
