/** Replies in two parts, where the machine lets much time pass between them. */
import { expect, it } from "vitest";
import { checkableOf } from "../../src/check/checkable.ts";
import { DeviatingLink } from "../../src/check/deviating-link.ts";
import { clientFamilies } from "../../src/check/families/client-families.ts";
import type { ClientTester } from "../../src/check/tester.ts";
import type { Link } from "../../src/link/link.ts";

/** Tester of a client that did not show the reply; `pauseMs`: between its parts. */
function showsNot(pauseMs: number): ClientTester {
  const thrown = (kind: string) => (why: string) => {
    throw new Error(`${kind}: ${why}`);
  };
  const tester = {
    showsUsually: async () => true,
    serve: async () => ({ pauseMs, said: ["50.0"] }),
    start: async () => undefined,
    typed: async () => undefined,
    showsAll: async () => false,
    shown: (said: string) => said,
    skip: thrown("skipped"),
    fail: thrown("failed"),
  };
  return tester as unknown as ClientTester;
}

async function verdictOf(pauseMs: number): Promise<string> {
  const { role, checks } = await checkableOf("knock-knock");
  const one = clientFamilies(role, checks).find(({ id }) => id === "FRAME-6.c.reply-in-two-reads");
  return (await one?.run(showsNot(pauseMs)).catch((error: Error) => error.message)) ?? "passed";
}

it("leaves a client unjudged that may have taken the machine's pause for the end of a reply", async () => {
  expect(await verdictOf(12)).toBe("failed: a reply that came in two reads is not shown whole");
  expect(await verdictOf(970)).toMatch(/^skipped: .* 970 ms apart/);
});

it("takes the time between the parts of a reply, and none between two replies", async () => {
  const written: string[] = [];
  const place = { address: "127.0.0.1", port: 1 };
  const link = {
    local: place,
    remote: place,
    write: (bytes: Buffer) => void written.push(bytes.toString()),
  } as unknown as Link;
  const parted = new DeviatingLink(link, {
    write: (bytes, nth) =>
      nth === 0 ? [bytes] : [bytes.subarray(0, 2), "taken", { waitMs: 40 }, bytes.subarray(2)],
  });
  await new Promise<void>((resolve) => parted.write(Buffer.from("one"), () => resolve()));
  expect(parted.pauseMs).toBe(0);
  await new Promise<void>((resolve) => parted.write(Buffer.from("other"), () => resolve()));
  expect(written).toEqual(["one", "ot", "her"]);
  expect(parted.pauseMs).toBeGreaterThan(39);
});
