/** Cards about a server that says more than its first answer: whether it was asked by then is not known on the wire. */
import { createServer } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { check } from "./checking.ts";

const GREETING = "Welcome to the joke server";

/** Says with its first answer what it may have said before. */
async function likelyAfter(answer: string, id: string) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.write(GREETING + answer));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const { results } = await check("knock-knock", { at: { host: "127.0.0.1", port }, cases: [id] });
  return results[0]?.likely ?? [];
}

it("tells of words in front of the first answer that they came after the question, and may be no answer to it", async () => {
  const [card] = await likelyAfter("Who's there?", "KNOCK-1.whos-there");
  expect(card?.cause).toBe(
    `"${GREETING}Who's there?" came after "Knock knock..", and "Who's there?" is due. Programs compare byte by byte. What stands before it may have been said when the client connected: here the client speaks first.`,
  );
});

it("names no other answer than the case does", async () => {
  const cards = await likelyAfter("hello who?", "KNOCK-1.wrong-opening");
  expect(cards.filter(({ cause }) => cause.includes("Ha!"))).toEqual([]);
});

/** Greets when a client comes, and answers each opening; `isKnock`: which it takes. */
async function opener(isKnock: (said: string) => boolean) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined).write(`${GREETING}\n`);
    socket.on("data", (said) =>
      socket.write(isKnock(said.toString().trim()) ? "Who's there?" : "Try: Knock knock.."),
    );
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const { results } = await check("knock-knock", {
    at: { host: "127.0.0.1", port },
    cases: ["KNOCK-1.silent-first", "KNOCK-1.case-and-dots", "KNOCK-1.wrong-opening-goes-on"],
  });
  return results.map(({ id, status, message }) => ({ id, status, message }));
}

it("holds a greeting against the case of it alone, and not for the answer to an opening", async () => {
  expect(await opener((said) => said === "Knock knock..")).toMatchObject([
    { id: "KNOCK-1.silent-first", status: "failed" },
    { id: "KNOCK-1.wrong-opening-goes-on", status: "passed" },
    { id: "KNOCK-1.case-and-dots", status: "passed" },
  ]);
});

it("quotes the answer to an opening that is taken for a knock, and no greeting", async () => {
  const found = await opener((said) => said.toLowerCase() === "knock knock..");
  expect(found.at(-1)).toEqual({
    id: "KNOCK-1.case-and-dots",
    status: "failed",
    message:
      'expected "Try: Knock knock.." after "knock knock..", and "Who\'s there?" came. Compare the opening as it is: its two dots and its capital belong to it.',
  });
});
