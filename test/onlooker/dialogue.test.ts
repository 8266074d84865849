/** Conversations in a role of a user's own: what its dialogue makes certain is judged, and nothing else. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { markLoaded } from "../../src/catalogue/loaded-roles.ts";
import calculator from "../../src/machines/calculator.ts";
import chat from "../../src/machines/chat.ts";
import proxy from "../../src/machines/proxy.ts";
import { lookByDialogue } from "../../src/onlooker/dialogue-look.ts";
import { lookAtPair } from "../../src/onlooker/proxied.ts";
import { converse, eventually, openLab } from "../actors/harness.ts";
import { conversation, type Line } from "./conversations.ts";

const sums = {
  ...calculator,
  name: "sums",
  dialogue: {
    lines: [
      { server: "Who are you?" },
      { client: "{name}" },
      { server: "Hello {name}" },
      { client: "1 + 2" },
      { server: "3.0" },
    ],
  },
};
markLoaded(sums);

const looked = (lines: readonly Line[], role = sums) => {
  const look = lookByDialogue({ conversation: conversation(7, lines), role, instance: "proxy-1", number: 1 });
  return (
    look && {
      fault: look.fault,
      verdict: look.judged.verdict,
      cards: look.cards.map(({ id, side }) => `${side} ${id}`),
      said: look.disagreements.map(({ said, ours }) => `${said}/${ours}`),
    }
  );
};
const GREETED = ["S> Who are you?\n", 10, "C> ann\n", 10] as const;
const RIGHT = { fault: undefined, verdict: "ok", cards: [], said: [] };

describe("a server of a role of one's own", () => {
  it("that says what the dialogue says is right, however its words are ended and cut", () => {
    expect(looked([...GREETED, "S> Hello ann\n", 10, "C> 1 + 2", "S> 3", "S> .0\n", "C.", "S."])).toEqual(
      RIGHT,
    );
  });

  it("that says something else is told so, with both words and a card", () => {
    expect(looked([...GREETED, "S> Hello ann\n", 10, "C> 1 + 2\n", "S> 4.0\n", "C.", "S."])).toEqual({
      fault: "server",
      verdict: "violation",
      cards: ["server D79"],
      said: ["4.0\n/3.0"],
    });
  });

  it("that leaves without its answer is told so; one that has not had the time yet is not", () => {
    expect(looked([...GREETED, "S."])).toMatchObject({ fault: "server", cards: ["server D38"] });
    expect(looked([...GREETED, "C."])).toEqual(RIGHT);
  });

  it("is not judged where the client leaves the dialogue, and the pair not at all where it never followed", () => {
    const other = ["S> Hello ann\n", 10, "C> 1 + 3\n", "S> whatever\n", "C.", "S."];
    expect(looked([...GREETED, ...other])).toEqual(RIGHT);
    expect(looked(["C> good day\n", 10, "S> 3.0\n", "C.", "S."])).toBeUndefined();
  });

  it("is not judged in a room, nor where the dialogue is one with other options", () => {
    const lines = [...GREETED, "S> no\n", "C.", "S."];
    expect(looked(lines)).toMatchObject({ fault: "server" });
    expect(looked(lines, { ...sums, hub: chat.hub } as typeof sums)).toBeUndefined();
    const dialogue = { ...sums.dialogue, given: { greet: true } };
    expect(looked(lines, { ...sums, dialogue })).toBeUndefined();
  });
});

it("a proxy judges a server of a user's role by the dialogue", async () => {
  const server = createServer((socket) => {
    socket.write("Who are you?");
    socket.once("data", (name) => void socket.end(`Good day, ${name}`));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const lab = await openLab([sums, proxy]);
  const { port } = server.address() as AddressInfo;
  const peer = await converse(await lab.spawn("proxy", { to: `127.0.0.1:${port}`, as: "sums" }));
  await peer.hears("Who are you?");
  peer.end("ann");
  await peer.hearsTheEnd();
  await eventually(() => expect(lab.recorder.live()).toEqual([]));
  const [client, served] = (["client", "server"] as const).map((leg) =>
    lab.recorder.all().find(({ subject }) => subject.leg === leg),
  );
  if (!client || !served) throw new Error("there is no pair");
  const look = await lookAtPair({ client, server: served }, { roles: lab.supervisor.roles, now: Date.now() });
  if (typeof look !== "object") throw new Error(`it is not judged: ${look}`);
  expect(look.looked.cards.map(({ id }) => id)).toEqual(["D79"]);
  expect([look.judged.client.verdict, look.judged.server.verdict]).toEqual(["ok", "violation"]);
});
