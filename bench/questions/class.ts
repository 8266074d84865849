/** A class: from exec to ready with all of its roles, and what it holds then. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { startNetlabd } from "../netlabd.ts";
import type { Contestant, Question } from "../question.ts";
import { newFolder, residentBytes } from "../scene.ts";

const STUDENTS = 200;

/** 600 roles on any free ports: a bench shares its machine with other labs. */
async function startClass(): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const folder = newFolder();
  const roster = path.join(folder.path, "roster.csv");
  const ids = Array.from({ length: STUDENTS }, (_, index) => `s${index + 1}`);
  writeFileSync(roster, ["id", ...ids, ""].join("\n"));
  const host = "127.0.0.1";
  const files = { role: "file-server", host, service: "{id}", token: "{token}", bootstrap: "localhost:9" };
  const each = [{ role: "calculator", host }, { role: "chat", host }, files];
  const server = await startNetlabd(`${JSON.stringify({ roster, each })}\n`);
  return {
    pid: server.pid,
    stop: async () => {
      await server.stop();
      folder.remove();
    },
  };
}

const measured = (figureOf: (pid: number, startedMs: number) => number): Contestant => ({
  name: "netlabd",
  start: async () => ({
    measure: async () => {
      const begun = performance.now();
      const server = await startClass();
      const figure = figureOf(server.pid, performance.now() - begun);
      await server.stop();
      return figure;
    },
    stop: async () => undefined,
  }),
});

const questions: Question[] = [
  {
    name: "class-ready",
    what: "a class of 200 students with three roles each, from exec to ready",
    unit: "ms",
    better: "less",
    goal: { is: "figure", limit: 1_000 },
    ours: measured((_, startedMs) => startedMs),
    others: [],
  },
  {
    name: "class-memory",
    what: "resident memory of the same class once it is ready",
    unit: "MB",
    better: "less",
    goal: { is: "figure", limit: 200 },
    ours: measured((pid) => residentBytes(pid) / 1e6),
    others: [],
  },
];

export default questions;
