/** Families of leaving: our FIN, our reset, at any place of the conversation [FRAME-8]. */
import { defineCase, type ServerCase } from "../case.ts";
import type { ServerTester, TestConnection } from "../tester.ts";
import { type Dialogues, Talk } from "./talk.ts";

export function endingFamilies(source: Dialogues): ServerCase[] {
  return [
    defineCase({
      id: "FRAME-8.half-close-answered",
      advice:
        "A recv() of 0 bytes says that the client sends nothing more, and not that it is gone: answer what came before, then close.",
      side: "server",
      grade: "SHOULD",
      title: "answers a client that has sent its FIN after its question",
      run: (t) => halfClose(new Talk(t, source)),
    }),
    defineCase({
      id: "FRAME-8.survives-hangup",
      advice:
        "A recv() of 0 bytes, or an error of it, ends one client: close its connection and go on with accept().",
      side: "server",
      grade: "MUST",
      title: "serves the next client after one that hung up in the middle",
      run: (t) => survives(t, source, (c) => c.fin()),
    }),
    defineCase({
      id: "FRAME-8.survives-reset",
      advice:
        "A recv() or send() that fails (ECONNRESET, EPIPE) ends one client: catch it, close its connection, and go on with accept().",
      side: "server",
      grade: "MUST",
      title: "serves the next client after one whose connection was reset",
      run: (t) => survives(t, source, (c) => c.reset()),
    }),
  ];
}

async function halfClose(talk: Talk): Promise<void> {
  const c = await talk.open();
  const last = talk.turns[talk.question];
  if (!last) return;
  await talk.play(c, 0, talk.question);
  c.say(last.says);
  c.fin();
  await talk.hearsAnswer(c, last);
}

/** A client leaves before it has said anything, and another one before its last word; then one is served. */
async function survives(
  t: ServerTester,
  source: Dialogues,
  leave: (c: TestConnection) => void,
): Promise<void> {
  const early = await new Talk(t, source).open();
  leave(early);
  await early.taken();
  early.reset();
  const talk = new Talk(t, source);
  const late = await talk.open();
  await talk.play(late, 0, Math.max(1, talk.question));
  leave(late);
  await late.taken();
  late.reset();
  await new Talk(t, source).whole();
}
