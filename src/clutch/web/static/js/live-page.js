// What an event changes on the page: pieces are put in place, what is stale is fetched from the page's own address.

import { isBusy, put, swap } from "./swap.js";
import { refreshTimes } from "./times.js";

const ALL = "*";
const AGAIN_MS = 5_000;
const MOST_PASSED = 3; // of pages in a row that were overtaken on their way

const wanted = new Set();
const postponed = new Set();
let fetchTimer = 0;
let isFetching = false;
let passed = 0;
let arrived = () => {}; // gets the <body> of every page that was fetched
let isOvertaken = () => false; // whether a fetched <body> is older than what is shown

export function onFetched(act, isOlder) {
  arrived = act;
  isOvertaken = isOlder;
}

// `isNamed`: the page itself follows the stream. What it does not, changes only what is named one by one.
export function apply(frame, isNamed) {
  const pieces = new Map(Object.entries(frame.pieces).filter(([id]) => !isFetched(id)));
  tell([...pieces].filter(([id, html]) => put(id, html)).map(([id]) => id));
  const stale = isNamed ? frame.stale : frame.stale.filter((name) => name !== ALL);
  const isStale = (id) => names(stale, id) && (stale.includes(id) || !names(frame.untouched, id)) && !pieces.has(id);
  fetchSoon(regions().map(({ id }) => id).filter(isStale), frame.spread_ms);
}

export function fetchAll(spread) {
  fetchSoon(regions().map(({ id }) => id), spread);
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

function fetchSoon(ids, spread) {
  if (!ids.length) return;
  for (const id of ids) wanted.add(id);
  if (!fetchTimer && !isFetching) fetchTimer = setTimeout(fetchNow, 30 + Math.random() * spread);
}

async function fetchNow() {
  fetchTimer = 0;
  isFetching = true;
  const ids = new Set(wanted);
  wanted.clear();
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (response.status >= 500) throw new Error(String(response.status));
    const overtaken = response.ok && !response.redirected && takeNewest(parse(await response.text()), ids);
    isFetching = false;
    if (overtaken) fetchSoon([...ids], passed ? 0 : AGAIN_MS);
    else if (wanted.size) fetchSoon([...wanted], 0);
  } catch {
    isFetching = false;
    fetchSoon([...ids], AGAIN_MS);
  }
}

function parse(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

// Events may overtake a page that is being fetched: what they brought must not be undone by it. True if it has to be
// fetched once more. Where more and more comes, an older page is better than one that is never fetched.
function takeNewest(fresh, ids) {
  const overtaken = isOvertaken(fresh.body);
  passed = overtaken && passed < MOST_PASSED ? passed + 1 : 0;
  if (!passed) take(fresh, ids);
  return overtaken;
}

function take(fresh, ids) {
  const changed = regions().filter((region) => {
    const other = fresh.getElementById(region.id);
    if (!other || !region.isConnected || !ids.has(region.id)) return false;
    if (!isBusy(region)) return swap(region, other);
    postponed.add(region.id);
    return false;
  });
  tell(changed.map(({ id }) => id));
  arrived(fresh.body);
}

// What waited because the reader was typing there is fetched once they have left it as it was.
document.addEventListener("focusout", () => setTimeout(() => {
  const ids = [...postponed].filter((id) => !isBusy(document.getElementById(id) ?? document.body));
  for (const id of ids) postponed.delete(id);
  fetchSoon(ids, 0);
}));
