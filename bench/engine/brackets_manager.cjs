// Creates an elimination with brackets-manager and plays it out, the first opponent always winning.
// Usage: node brackets_manager.cjs TYPE COUNT ROUNDS; prints the seconds of each round as JSON.
"use strict";

const { BracketsManager } = require("brackets-manager");
const { InMemoryDatabase } = require("brackets-memory-db");

const [type, count, rounds] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const seeding = Array.from({ length: count }, (_, index) => `player ${index + 1}`);
const settings = { seedOrdering: ["inner_outer"], grandFinal: "double" };

async function seconds(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

// Ids follow the rounds: upper bracket, lower bracket, finals. So each match is ready in its turn.
// The upper side wins the first final, which leaves the second one unplayed.
async function playOut(manager, matches) {
  const finals = type === "double_elimination" ? matches.slice(0, -1) : matches;
  for (const match of finals) {
    await manager.update.match({
      id: match.id,
      opponent1: { score: 2, result: "win" },
      opponent2: { score: 0 },
    });
  }
  return finals.length;
}

async function once() {
  const storage = new InMemoryDatabase();
  const manager = new BracketsManager(storage);
  const create = await seconds(() =>
    manager.create.stage({ name: "bench", tournamentId: 0, type, seeding, settings }),
  );
  const matches = [...(await storage.select("match"))].sort((one, other) => one.id - other.id);
  let reports = 0;
  const play = await seconds(async () => {
    reports = await playOut(manager, matches);
  });
  const last = await storage.select("match", matches[reports - 1].id);
  if (last.opponent1.result !== "win") throw new Error("the last match was not decided");
  return { create, play, reports };
}

(async () => {
  const found = [];
  for (let round = 0; round < rounds; round += 1) found.push(await once());
  console.log(JSON.stringify(found));
})();
