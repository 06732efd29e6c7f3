// Live updates: this page hears what changed, on whatever transport gets through. docs/live.md is the protocol.
// <body data-streams="tournament-x@17 player-7@3" data-epoch="…" data-own="player-7@3">; elements with an id and data-live
// can change: by pieces that come with an event, or, when they are stale, by fetching this page once more.

import { climbOn, reopen, resume } from "./live-ladder.js";
import { apply, fetchAll, onFetched } from "./live-page.js";
import { toast } from "./live-toasts.js";

const GRACE_MS = 2_500; // an event may be on its way when a heartbeat overtakes it
const RESUME_EVERY_MS = 2_000; // one answer brings all that is missing: nobody need ask for it twice
const SAY_EVERY_MS = 3_000;
const SAY_OFF_AFTER_MS = 1_500;
const KEPT = "live-own";
const KEPT_MS = 15_000;

const streams = new Map(); // name -> { epoch, seq } of the last event that this page shows; another object whenever it is told of
const named = new Set(); // those that the page itself names; its reader's own is followed everywhere
let own = "";
let resumedAt = -RESUME_EVERY_MS;
let offTimer = 0;

const FRAMES = {
  subscribed(frame, transport) {
    if (streams.has(frame.stream)) streams.set(frame.stream, { ...streams.get(frame.stream) });
    show("on", transport);
  },
  events(frame) {
    const last = streams.get(frame.stream);
    if (!last) return;
    if (frame.epoch !== last.epoch || frame.after > last.seq) catchUp();
    else if (frame.seq > last.seq) {
      streams.set(frame.stream, { epoch: frame.epoch, seq: frame.seq });
      apply(frame, named.has(frame.stream));
      say(frame.says);
      for (const one of frame.toasts) if (one.seq > last.seq) toast(one);
    }
  },
  snapshot(frame, transport) {
    if (!streams.has(frame.stream)) return;
    streams.set(frame.stream, { epoch: frame.epoch, seq: frame.seq });
    show("on", transport);
    fetchAll(frame.spread_ms);
  },
  heartbeat(frame, transport) {
    show("on", transport);
    const behind = [...streams].filter(([name, { epoch, seq }]) => epoch !== frame.epoch || !(frame.heads[name] <= seq));
    if (behind.length) setTimeout(() => behind.some(([name, last]) => streams.get(name) === last) && catchUp(), GRACE_MS);
  },
  refused(frame) {
    if (frame.code === "storage-unavailable") reopen();
    else streams.delete(frame.stream);
  },
};

function wishes() {
  return [...streams].map(([stream, { epoch, seq }]) => ({ stream, epoch, seq }));
}

function catchUp() {
  if (performance.now() - resumedAt < RESUME_EVERY_MS) return;
  resumedAt = performance.now();
  resume();
}

// --- what a person sees and hears of it ------------------------------------------------------------------

let saidAt = -SAY_EVERY_MS;

function say(sentences) {
  const place = document.getElementById("live-said");
  if (!place || !sentences.length || performance.now() - saidAt < SAY_EVERY_MS) return;
  saidAt = performance.now();
  place.textContent = sentences.at(-1);
}

function show(state, transport) {
  clearTimeout(offTimer);
  offTimer = 0;
  const place = document.getElementById("live-state");
  if (!place) return;
  if (transport) place.dataset.transport = transport;
  if (place.dataset.state === state) return;
  place.dataset.state = state;
  place.textContent = place.dataset[state];
  place.hidden = false;
}

// --- which streams -----------------------------------------------------------------------------------------

function readStreams(body) {
  for (const [name, place] of places(body.dataset.streams, body.dataset.epoch)) {
    named.add(name);
    if (!streams.has(name)) streams.set(name, place);
  }
}

function readOwn(body) {
  for (const [name, place] of places(body.dataset.own, body.dataset.ownEpoch)) {
    own = name;
    if (!streams.has(name)) streams.set(name, place);
  }
}

function places(text, epoch) {
  const parts = (text ?? "").split(" ").map((part) => part.split("@"));
  return parts.filter(([name]) => name).map(([name, seq]) => [name, { epoch, seq: Number(seq) }]);
}

// Whether this page shows by now what a page that was fetched, with this body, does not know of.
function isOlder(body) {
  return places(body.dataset.streams, body.dataset.epoch).some(([name, { epoch, seq }]) => {
    const shown = streams.get(name);
    return shown?.epoch === epoch && seq < shown.seq;
  });
}

// What came while one page was left and this one was not yet there is not lost.
function keepOwn() {
  if (!streams.has(own)) return;
  const { epoch, seq } = streams.get(own);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([own, epoch, seq, Date.now()]));
  } catch {
    // Without storage a note may be missed between two pages; the page itself shows what is so.
  }
}

function recallOwn() {
  try {
    const [name, of, seq, at] = JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
    const { epoch, seq: shown } = streams.get(own) ?? {};
    if (name === own && of === epoch && Date.now() - at < KEPT_MS && seq < shown) streams.set(own, { epoch, seq });
  } catch {
    // As above.
  }
}

addEventListener("pagehide", keepOwn);
onFetched((body) => {
  const before = streams.size;
  readStreams(body);
  if (streams.size > before) resume();
}, isOlder);

readStreams(document.body);
readOwn(document.body);
recallOwn();
climbOn({
  wishes,
  hear: (frame, transport) => FRAMES[frame.type]?.(frame, transport),
  lost: () => (offTimer ||= setTimeout(show, SAY_OFF_AFTER_MS, "off")),
});
