// When the peers send, and what: facts of the same size as ours, with the moment at which they were made.
const WEIGHT = Number(process.argv[2]);

exports.fact = () => ({ made_ns: Number(process.hrtime.bigint()), text: "x".repeat(WEIGHT) });

exports.send = (request, response, broadcast) => {
  const url = new URL(request.url, "http://localhost");
  const number = Number(url.searchParams.get("n"));
  const every = Number(url.searchParams.get("every_ms"));
  response.end();
  if (!every) {
    for (let sent = 0; sent < number; sent += 1) broadcast();
    return;
  }
  let sent = 0;
  const timer = setInterval(() => {
    broadcast();
    if ((sent += 1) === number) clearInterval(timer);
  }, every);
};
