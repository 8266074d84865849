/** Right servers, however their words are cut; and stories that tell no more than what was judged. */
import { describe, expect, it } from "vitest";
import { look } from "../../src/onlooker/look.ts";
import { conversation, type Line } from "./conversations.ts";

const server = (bytes: Buffer): Line => ({ from: "server", bytes });
const client = (bytes: Buffer): Line => ({ from: "client", bytes });

describe("an echo of letters that are several bytes", () => {
  const text = Buffer.from("äöü grüße");

  it.each([1, 2, 3, 11])("is right where its read ends behind byte %i", async (cut) => {
    const lines = [
      "S> Enter your command please",
      100,
      client(text),
      server(text.subarray(0, cut)),
      100,
      server(text.subarray(cut)),
      "C.",
      "S.",
    ];
    const { fault, disagreements } = await look({ conversation: conversation(5000, lines), role: "echo" });
    expect([fault, disagreements]).toEqual([undefined, []]);
  });
});

describe("the story of a conversation", () => {
  it("of which two ways of reading are possible tells the disagreements of its look alone", async () => {
    for (const said of ["2.0", "3.0", "Incorrect expression format", "bye"])
      for (const pause of [0, 1, 4, 40]) {
        const lines = ["C> ann", pause, "C> 1 + 1", pause, "C> 1 + 2", "S> 2.0", `S> ${said}`, "C.", "S."];
        const looked = await look({ conversation: conversation(4389, lines), role: "calculator" });
        const remarks = looked.story.entries.filter(
          (entry) => entry.kind === "remark" && /^(answered-otherwise|not-answered)$/.test(entry.cause.code),
        );
        expect(remarks, `${said} ${pause}`).toHaveLength(looked.disagreements.length);
      }
  });

  it("of nobody's role is closed by whoever sent the first FIN", async () => {
    const closedBy = async (ends: readonly Line[]) => {
      const { story } = await look({ conversation: conversation(9, ["C> a", "S> b", ...ends]) });
      return story.entries.flatMap((entry) => (entry.kind === "closed" ? [entry.by] : []));
    };
    expect(await closedBy(["S.", "C."])).toEqual(["us"]);
    expect(await closedBy(["C.", "S."])).toEqual(["peer"]);
  });
});
