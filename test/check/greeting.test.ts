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
