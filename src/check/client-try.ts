/** Try of a case against a client: a server of ours, the client started, its verdict, and what is likely. */
import { systemClock } from "../actors/clock.ts";
import { Recorder } from "../stories/recorder.ts";
import type { ClientCase, WholeCase } from "./case.ts";
import { verdictInTime } from "./case-time.ts";
import { Chance } from "./chance.ts";
import { ClientCaseTester, type ClientSubject } from "./client-case.ts";
import { likelyOfAll } from "./likely.ts";
import { incidentOf } from "./own-server.ts";
import { exitSoon, refusalIn } from "./refusal.ts";
import type { Scene } from "./scene.ts";
import { advised, lastWords, type Outcome } from "./server-try.ts";
import { Silence } from "./silence.ts";
import type { Stage } from "./stage.ts";
import { Transcript } from "./transcript.ts";

interface TriedClient extends ClientSubject {
  readonly openStage: (seed: string) => Promise<Stage>;
  /** Of the whole check. */
  readonly signal: AbortSignal;
}

export async function tryClientCase(one: WholeCase, seed: string, subject: TriedClient): Promise<Outcome> {
  if (one.side !== "client") throw new Error(`${one.id} belongs to servers`);
  const stage = await subject.openStage(seed);
  try {
    return await tried(one, seed, stage, subject);
  } finally {
    await stage.close();
  }
}

async function tried(
  one: WholeCase & ClientCase,
  seed: string,
  stage: Stage,
  subject: TriedClient,
): Promise<Outcome> {
  const limit = new AbortController();
  const remarks = new Set<string>();
  const scene: Scene = {
    chance: new Chance(seed),
    stage,
    transcript: new Transcript(),
    recorder: new Recorder(systemClock, { keepsAll: true }),
    counterpart: subject.role,
    ending: "",
    usual: undefined,
    silence: new Silence(true),
    signal: limit.signal,
    program: () => t.program,
    remark: (text) => void remarks.add(text),
  };
  const t: ClientCaseTester = new ClientCaseTester(scene, subject);
  const time = { limit, signal: subject.signal };
  const verdict = await verdictInTime(one, () => one.run(t), time).catch(async (error: unknown) => {
    await t.leave();
    throw error;
  });
  const hasFailed = verdict.status === "failed";
  const { servers } = t;
  const closing = servers.at(-1)?.closing ?? null;
  const output =
    verdict.status === "passed" ? "" : lastWords(t.program?.output ?? "", servers.at(-1)?.port ?? 0);
  // A client that ends by itself may be a little later than its connection.
  const exit = hasFailed ? await exitSoon(t.program) : undefined;
  const refusal = hasFailed ? refusalIn(verdict, exit) : undefined;
  await t.leave();
  const incidents = servers.flatMap((server) =>
    server.stories.map((story) => incidentOf(story, server.instance)),
  );
  // A program that crashed has printed why: no card knows better.
  const likely =
    hasFailed && refusal === undefined && t.crash === undefined ? likelyOfAll(incidents, one.id) : [];
  return {
    ...verdict,
    message: advised(verdict, likely, { advice: one.advice }),
    ...(refusal === undefined ? {} : { status: "unimplemented" as const, message: refusal }),
    follows: null,
    closing: hasFailed ? closing : null,
    remarks: [...remarks],
    likely,
    transcript: scene.transcript.lines,
    output,
  };
}

/** Whether a client shows the replies of a server that does nothing unusual. */
export async function showsReplies(seed: string, subject: TriedClient) {
  let isShown = false;
  const one = {
    id: "ROBUST.c.usual",
    side: "client",
    grade: "INFO",
    title: "",
    weight: 0,
    limitMs: 10_000,
    needs: [],
    rule: "ROBUST",
    run: async (t) => {
      const server = await t.serve();
      await t.start();
      isShown = (await t.showsAll()) && server.said.some((said) => t.shown(said) !== undefined);
    },
  } satisfies WholeCase & ClientCase;
  await tryClientCase(one, seed, subject);
  return isShown;
}
