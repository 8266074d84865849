/** Conversations with our own roles, captured by ourselves and read back: an onlooker says of them what `explain` says. */
import { describe, expect, it } from "vitest";
import { type CapturedStory, CaptureEncoder, captureHead } from "../../src/capture/capture-encoder.ts";
import { capturedConversations } from "../../src/onlooker/captured.ts";
import { look } from "../../src/onlooker/look.ts";
import { replay } from "../../src/replay/replay.ts";
import type { Story } from "../../src/stories/story.ts";
import { converse } from "../actors/harness.ts";
import { DiagnosisLab } from "../diagnoses/lab.ts";
import { eventually } from "../e2e/eventually.ts";

const lab = new DiagnosisLab();
lab.use();

async function seen(story: Story) {
  const { data } = await lab.run(`records ${story.subject.id} --json`);
  const file = Buffer.concat([
    captureHead("0", []),
    ...new CaptureEncoder().stories([data as CapturedStory]),
  ]);
  const [conversation] = capturedConversations(file).conversations;
  if (!conversation) throw new Error("no conversation");
  const server = story.subject.role;
  return look({ conversation, guess: { name: server, by: "told" }, roles: lab.daemon.lab.roles });
}

/** A client that says each of these when it has been answered the one before; `""` waits for nothing. */
async function visited(
  role: string,
  given: Record<string, unknown>,
  says: readonly (readonly [string, string])[],
) {
  const { id, port } = await lab.spawn(role, given);
  const peer = await converse(port);
  for (const [text, answer] of says) {
    if (text !== "") peer.say(text);
    if (answer !== "") await peer.hears(answer);
  }
  peer.socket.end();
  await eventually(() => expect(lab.stories(id).at(-1)?.endedAt).toBeDefined());
  return lab.stories(id).at(-1) as Story;
}

const visits: readonly [string, Record<string, unknown>, readonly (readonly [string, string])[]][] = [
  [
    "calculator",
    { greet: true },
    [
      ["ann\n", "Hello ann\n"],
      ["15 + 35\n", "50.0\n"],
      ["q\n", "Bye\n"],
    ],
  ],
  [
    "echo",
    {},
    [
      ["", "Enter your command please"],
      ["hello\n", "hello\n"],
      ["close\n", "Closing...\n"],
    ],
  ],
  [
    "knock-knock",
    {},
    [
      ["Knock knock..\n", "Who's there?\n"],
      ["Boo\n", "Boo who?\n"],
      ["Don't cry!\n", "Ha!\n"],
    ],
  ],
  [
    "chat",
    {},
    [
      ["", "Please, Enter Your ig name"],
      [":Ann:ann\n", "new user :Ann:ann connected!\nnew user :Ann:ann joined \n"],
      [":Ann:hi\n", ":Ann:hi"],
    ],
  ],
  [
    "relay",
    {},
    [
      ["ann\n", "Message please\n"],
      ["hi|bob\n", "Server | Receiver not online\n"],
      ["close\n", "Closing..\n"],
    ],
  ],
  [
    "reverse",
    { mirror: true },
    [
      ["", "ACCEPT"],
      ["taco cat\n", "taco cat\n"],
      ["exit\n", ""],
    ],
  ],
  [
    "file-server",
    { service: "pdf", token: "tok1" },
    [
      ["tok1\n", "valid\n"],
      ["nothing.pdf\n", "not found\n"],
    ],
  ],
];

describe("our own capture of a conversation", () => {
  it.each(visits)("with %s has the cards that explain has, and plays again", async (role, given, says) => {
    const story = await visited(role, given, says);
    const looked = await seen(story);
    const explained = await lab.explain(story);
    expect(looked.cards.map(({ side, id }) => `${side} ${id}`)).toEqual(
      explained.diagnoses.map(({ id }) => `client ${id}`),
    );
    expect(looked.disagreements).toEqual([]);
    const { playing } = looked;
    if (!playing) throw new Error("nothing to play");
    const { isWhole, earlyMs, ...request } = playing;
    expect(await replay(request, { isWhole, earlyMs })).toMatchObject({ difference: undefined });
  });

  it("with a wrong token has the card of a wrong token, and with a right one hides it", async () => {
    const wrong = await seen(
      await visited("file-server", { service: "pdf", token: "tok1" }, [["tok2\n", "Invalid\n"]]),
    );
    expect(wrong.cards.map(({ side, id }) => `${side} ${id}`)).toEqual(["client D14"]);
    const right = await seen(
      await visited("file-server", { service: "pdf", token: "tok1" }, [["tok1\n", "valid\n"]]),
    );
    expect(right.story.secrets).toEqual(["****"]);
  });
});
