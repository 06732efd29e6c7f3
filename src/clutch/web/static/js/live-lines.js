// The three transports of live updates. Each opens a line and gives { begin, resume, ask, close }:
// `begin` once it was greeted, `resume` when streams are to be read on from where the page stands, `ask` for a sign of life.
// `hear` gets every frame; `lose` is called once if the line ends by itself, with milliseconds if the site names a pause.

const POLL_WAIT_S = 10;
const POLL_MOST_MS = 14_000;
const POLL_PAUSE_MS = 500;

function socketLine({ hear, lose, wishes }) {
  const url = new URL("/live", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  const say = (message) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(message));
  const subscribe = () => say({ type: "subscribe", streams: wishes() });
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = () => lose();
  return {
    // The answer to a ping shows that this line carries, and need not be waited for.
    begin() {
      subscribe();
      say({ type: "ping" });
    },
    resume: subscribe,
    ask: () => say({ type: "ping" }),
    close() {
      socket.onmessage = socket.onclose = null;
      socket.close();
    },
  };
}

function eventsLine({ hear, lose, wishes }) {
  let source = null;
  function open() {
    source?.close();
    source = new EventSource(address("events", wishes()));
    source.onmessage = (event) => hear(JSON.parse(event.data));
    // It would come back by itself, but at its own pace and to the same transport.
    source.onerror = () => {
      source.close();
      lose();
    };
  }
  open();
  return { begin() {}, resume: open, ask() {}, close: () => source.close() };
}

function pollLine({ hear, lose, wishes }) {
  let isOpen = true;
  let asking = new AbortController();

  async function ask(wait) {
    const mine = new AbortController();
    asking = mine;
    const timer = setTimeout(() => mine.abort(), POLL_MOST_MS);
    try {
      const response = await fetch(`${address("poll", wishes())}&wait=${wait}`, { cache: "no-store", signal: mine.signal });
      if (!response.ok) throw Object.assign(new Error(), { after: 1000 * Number(response.headers.get("retry-after")) });
      const { frames } = await response.json();
      for (const frame of frames) if (isOpen) hear(frame);
    } finally {
      clearTimeout(timer);
    }
  }

  async function run() {
    // The first answer comes at once: it is the greeting.
    for (let wait = 0; isOpen; wait = POLL_WAIT_S) {
      try {
        await ask(wait);
      } catch (error) {
        if (!isOpen) return;
        if (asking.signal.reason === "resume") continue;
        isOpen = false;
        lose(error.after);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_PAUSE_MS * (1 + Math.random())));
    }
  }

  run();
  return {
    begin() {},
    resume: () => asking.abort("resume"),
    ask() {},
    close() {
      isOpen = false;
      asking.abort("closed");
    },
  };
}

function address(path, wishes) {
  const query = new URLSearchParams(wishes.map(({ stream, seq }) => ["follow", `${stream}@${seq}`]));
  const epochs = wishes.map(({ epoch }) => epoch);
  for (const epoch of new Set(epochs).size > 1 ? epochs : epochs.slice(0, 1)) query.append("epoch", epoch);
  return `/live/${path}?${query}`;
}

// From the best to the one that gets through anywhere.
export const LINES = [
  { name: "websocket", open: socketLine, sleepsAfterMs: 300_000 },
  // A browser has six lines to a site for these and for everything else.
  { name: "events", open: eventsLine, sleepsAfterMs: 20_000 },
  { name: "poll", open: pollLine, sleepsAfterMs: 20_000 },
];
