// Live updates: this page hears what changed, on whatever transport gets through. docs/live.md is the protocol.
// <body data-streams="tournament-x@17 player-7@3" data-epoch="…" data-own="player-7@3">; elements with an id and data-live
// can change: by pieces that come with an event, or, when they are stale, by fetching this page once more.

import { climbOn, reopen, resume } from "./live-ladder.js";
import { apply, fetchAll, onFetched } from "./live-page.js";
import { toast } from "./live-toasts.js";

const GRACE_MS = 2_500; // an event may be on its way when a heartbeat overtakes it
const SAY_EVERY_MS = 3_000;
const SAY_OFF_AFTER_MS = 1_500;
const KEPT = "live-own";
const KEPT_MS = 15_000;

const streams = new Map(); // name -> seq of the last event that this page shows
const named = new Set(); // those that the page itself names; its reader's own is followed everywhere
let own = "";
let epoch = "";
let offTimer = 0;

const FRAMES = {
  subscribed(frame, transport) {
    show("on", transport);
  },
  events(frame) {
    const last = streams.get(frame.stream);
    if (last === undefined || frame.seq <= last) return;
    if (frame.epoch !== epoch || frame.after > last) {
      resume();
      return;
    }
    streams.set(frame.stream, frame.seq);
    apply(frame, named.has(frame.stream));
    say(frame.says);
    for (const one of frame.toasts) if (one.seq > last) toast(one);
  },
  snapshot(frame, transport) {
    if (!streams.has(frame.stream)) return;
    epoch = frame.epoch;
    streams.set(frame.stream, frame.seq);
    show("on", transport);
    fetchAll(frame.spread_ms);
  },
  heartbeat(frame, transport) {
    show("on", transport);
    const isBehind = () => Object.keys(frame.heads).some((name) => streams.get(name) < frame.heads[name]);
    if (isBehind()) setTimeout(() => isBehind() && resume(), GRACE_MS);
  },
  refused(frame) {
    if (frame.code === "storage-unavailable") reopen();
    else streams.delete(frame.stream);
  },
};

function wishes() {
  return [...streams].map(([stream, seq]) => ({ stream, epoch, seq }));
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
  for (const [name, seq] of places(body.dataset.streams)) {
    named.add(name);
    if (!streams.has(name)) streams.set(name, seq);
  }
}

function readOwn(body) {
  for (const [name, seq] of places(body.dataset.own)) {
    own = name;
    if (!streams.has(name)) streams.set(name, seq);
  }
}

function places(text) {
  const parts = (text ?? "").split(" ").map((part) => part.split("@"));
  return parts.filter(([name]) => name).map(([name, seq]) => [name, Number(seq)]);
}

// What came while one page was left and this one was not yet there is not lost.
function keepOwn() {
  if (!own) return;
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([own, epoch, streams.get(own), Date.now()]));
  } catch {
    // Without storage a note may be missed between two pages; the page itself shows what is so.
  }
}

function recallOwn() {
  try {
    const [name, of, seq, at] = JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
    if (name === own && of === epoch && Date.now() - at < KEPT_MS && seq < streams.get(own)) streams.set(own, seq);
  } catch {
    // As above.
  }
}

addEventListener("pagehide", keepOwn);
onFetched((body) => {
  const before = streams.size;
  readStreams(body);
  if (streams.size > before) resume();
});

epoch = document.body.dataset.epoch ?? "";
readStreams(document.body);
epoch ||= document.body.dataset.ownEpoch ?? "";
readOwn(document.body);
recallOwn();
climbOn({
  wishes,
  hear: (frame, transport) => FRAMES[frame.type]?.(frame, transport),
  lost: () => (offTimer ||= setTimeout(show, SAY_OFF_AFTER_MS, "off")),
});
