// Live updates: one WebSocket tells this page what changed. docs/live.md is the protocol.
// <body data-streams="tournament-x@17 player-7@3" data-epoch="…">; elements with an id and data-live can change:
// by pieces that come with an event, or, when they are stale, by fetching this page once more.

import { isBusy, put, swap } from "./swap.js";
import { refreshTimes } from "./times.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
const SILENCE_MS = 25_000; // heartbeats come every 10 s
const GRACE_MS = 2_500; // an event may be on its way when a heartbeat overtakes it
const ANSWER_MS = 5_000;
const SLEEP_AFTER_MS = 300_000;
const SAY_EVERY_MS = 3_000;
const SAY_OFF_AFTER_MS = 1_500;
const ALL = "*";

const streams = new Map(); // name -> seq of the last event that this page shows
let epoch = "";
let socket = null;
let failures = 0;
let heardAt = 0;
let retryTimer = 0;
let sleepTimer = 0;
let offTimer = 0;

// --- the line ---------------------------------------------------------------------------------------

function connect() {
  clearTimeout(retryTimer);
  if (socket || !streams.size) return;
  const url = new URL("/live", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const opened = new WebSocket(url);
  socket = opened;
  heardAt = performance.now();
  opened.onmessage = (event) => opened === socket && hear(JSON.parse(event.data));
  opened.onclose = () => opened === socket && retry();
}

function disconnect() {
  const closing = socket;
  socket = null;
  closing?.close();
}

function retry() {
  disconnect();
  offTimer ||= setTimeout(show, SAY_OFF_AFTER_MS, "off");
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** ++failures);
  clearTimeout(retryTimer);
  retryTimer = setTimeout(connect, FIRST_PAUSE_MS + Math.random() * (most - FIRST_PAUSE_MS));
}

function send(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function subscribe(names) {
  send({ type: "subscribe", streams: names.map((stream) => ({ stream, epoch, seq: streams.get(stream) })) });
}

function hear(frame) {
  heardAt = performance.now();
  FRAMES[frame.type]?.(frame);
}

const FRAMES = {
  hello() {
    subscribe([...streams.keys()]);
  },
  subscribed(frame) {
    if (streams.has(frame.stream)) streams.set(frame.stream, frame.seq);
    show("on");
  },
  events(frame) {
    const last = streams.get(frame.stream);
    if (last === undefined || frame.seq <= last) return;
    if (frame.epoch !== epoch || frame.after > last) {
      subscribe([frame.stream]);
      return;
    }
    streams.set(frame.stream, frame.seq);
    apply(frame);
  },
  snapshot(frame) {
    if (!streams.has(frame.stream)) return;
    epoch = frame.epoch;
    streams.set(frame.stream, frame.seq);
    show("on");
    fetchSoon([ALL], frame.spread_ms);
  },
  heartbeat(frame) {
    failures = 0;
    const behind = () => Object.keys(frame.heads).filter((name) => streams.get(name) < frame.heads[name]);
    if (!behind().length) return;
    setTimeout(() => behind().length && subscribe(behind()), GRACE_MS);
  },
  refused(frame) {
    if (frame.code === "storage-unavailable") retry();
    else streams.delete(frame.stream);
  },
};

// --- what an event changes ---------------------------------------------------------------------------

function apply(frame) {
  const pieces = new Map(Object.entries(frame.pieces).filter(([id]) => !isFetched(id)));
  tell([...pieces].filter(([id, html]) => put(id, html)).map(([id]) => id));
  const isStale = (id) => names(frame.stale, id) && !names(frame.untouched, id) && !pieces.has(id);
  fetchSoon(regions().map(({ id }) => id).filter(isStale), frame.spread_ms);
  say(frame.says);
}

// A name that ends with * stands for all that begin so.
function names(list, id) {
  return list.some((name) => (name.endsWith(ALL) ? id.startsWith(name.slice(0, -1)) : name === id));
}

function regions() {
  return [...document.querySelectorAll("[data-live][id]")];
}

// Regions marked data-live="fetch" look different for each reader, so pieces made for all don't fit in.
function isFetched(id) {
  return Boolean(document.getElementById(id)?.closest('[data-live="fetch"]'));
}

// Other modules hear of it, and give what is new the look that theirs has.
function tell(ids) {
  if (!ids.length) return;
  for (const id of ids) refreshTimes(document.getElementById(id) ?? document);
  document.dispatchEvent(new CustomEvent("live:changed", { detail: { ids } }));
}

// --- fetching this page once more ----------------------------------------------------------------------

const wanted = new Set();
const postponed = new Set();
let fetchTimer = 0;
let fetching = false;

function fetchSoon(ids, spread) {
  if (!ids.length) return;
  for (const id of ids) wanted.add(id);
  if (!fetchTimer && !fetching) fetchTimer = setTimeout(fetchNow, 30 + Math.random() * spread);
}

async function fetchNow() {
  fetchTimer = 0;
  fetching = true;
  const ids = new Set(wanted);
  wanted.clear();
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (response.status >= 500) throw new Error(String(response.status));
    if (response.ok && !response.redirected) take(new DOMParser().parseFromString(await response.text(), "text/html"), ids);
    fetching = false;
    if (wanted.size) fetchSoon([...wanted], 0);
  } catch {
    fetching = false;
    fetchSoon([...ids], 5_000);
  }
}

function take(page, ids) {
  const changed = regions().filter((region) => {
    const fresh = page.getElementById(region.id);
    if (!fresh || !region.isConnected || !(ids.has(ALL) || ids.has(region.id))) return false;
    if (!isBusy(region)) return swap(region, fresh);
    postponed.add(region.id);
    return false;
  });
  tell(changed.map(({ id }) => id));
  const known = new Set(streams.keys());
  readStreams(page.body);
  const added = [...streams.keys()].filter((name) => !known.has(name));
  if (added.length) subscribe(added);
}

// What waited because the reader was typing there is fetched once they have left it as it was.
document.addEventListener("focusout", () => setTimeout(() => {
  const ids = [...postponed].filter((id) => !isBusy(document.getElementById(id) ?? document.body));
  for (const id of ids) postponed.delete(id);
  fetchSoon(ids, 0);
}));

// --- what a person sees and hears of it ------------------------------------------------------------------

let saidAt = -SAY_EVERY_MS;

function say(sentences) {
  const place = document.getElementById("live-said");
  if (!place || !sentences.length || performance.now() - saidAt < SAY_EVERY_MS) return;
  saidAt = performance.now();
  place.textContent = sentences.at(-1);
}

function show(state) {
  clearTimeout(offTimer);
  offTimer = 0;
  const place = document.getElementById("live-state");
  if (!place || place.dataset.state === state) return;
  place.dataset.state = state;
  place.textContent = place.dataset[state];
  place.hidden = false;
}

// --- when to be awake -------------------------------------------------------------------------------------

function readStreams(body) {
  for (const part of (body.dataset.streams ?? "").split(" ")) {
    const [name, seq] = part.split("@");
    if (name && !streams.has(name)) streams.set(name, Number(seq));
  }
}

function wake() {
  clearTimeout(sleepTimer);
  if (!socket) {
    connect();
    return;
  }
  const asked = performance.now();
  send({ type: "ping" });
  setTimeout(() => socket && heardAt < asked && retry(), ANSWER_MS);
}

function sleep() {
  clearTimeout(retryTimer);
  disconnect();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) sleepTimer = setTimeout(sleep, SLEEP_AFTER_MS);
  else wake();
});
addEventListener("online", wake);
addEventListener("pagehide", sleep);
addEventListener("pageshow", (event) => event.persisted && wake());
setInterval(() => socket && performance.now() - heardAt > SILENCE_MS && retry(), ANSWER_MS);

epoch = document.body.dataset.epoch ?? "";
readStreams(document.body);
connect();
