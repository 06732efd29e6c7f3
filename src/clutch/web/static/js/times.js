// The zone: the server writes times in the zone that this cookie names, when the account names none.
// Times marked data-ago become relative within a day; the exact one stays as the title and for machines.

const DAY_S = 24 * 3600;
const YEAR_S = 365 * DAY_S;

export function rememberZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || !/^[A-Za-z0-9_+\-/]+$/.test(zone)) return;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `zone=${zone}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
}

function relative(seconds) {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < 60) return words.format(Math.round(seconds), "second");
  if (size < 3600) return words.format(Math.round(seconds / 60), "minute");
  return words.format(Math.round(seconds / 3600), "hour");
}

export function refreshTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-ago]")) {
    const exact = time.title || time.textContent;
    const seconds = (Date.parse(time.dateTime) - Date.now()) / 1000;
    time.title = exact;
    const text = Math.abs(seconds) < DAY_S ? relative(seconds) : exact;
    if (time.textContent !== text) time.textContent = text;
  }
}

rememberZone();
refreshTimes();
setInterval(() => document.hidden || refreshTimes(), 30_000);
