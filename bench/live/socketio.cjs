// The peer: socket.io, as its documentation broadcasts, over WebSockets.
const http = require("node:http");
const { Server } = require("socket.io");

const { fact, send } = require("./sending.cjs");

const server = http.createServer((request, response) => {
  if (!request.url.startsWith("/socket.io/")) send(request, response, () => sockets.emit("news", fact()));
});
const sockets = new Server(server, { transports: ["websocket"], perMessageDeflate: false, pingInterval: 300_000 });

server.listen(0, "127.0.0.1", 4096, () => console.log(server.address().port));
