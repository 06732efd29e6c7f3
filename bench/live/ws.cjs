// The peer: Node `ws`, as its documentation broadcasts. GET /burst?n= and /paced?n=&every_ms= send to all who are connected.
const http = require("node:http");
const { WebSocketServer } = require("ws");

const { fact, send } = require("./sending.cjs");

const server = http.createServer((request, response) => send(request, response, broadcast));
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

function broadcast() {
  const text = JSON.stringify(fact());
  for (const client of sockets.clients) client.send(text);
}

server.listen(0, "127.0.0.1", 4096, () => console.log(server.address().port));
