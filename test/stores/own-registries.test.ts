/** Registries of students and groups: each knows what was registered at it alone, over restarts too. */
import { expect, it } from "vitest";
import { SimulatedClock } from "xstate";
import { OwnRegistries } from "../../src/stores/own-registries.ts";
import { answerTo } from "../../src/stores/query-answer.ts";
import { openRegistry } from "../../src/stores/registry.ts";
import { LabFolder } from "./lab-folder.ts";

const entry = { ip: "127.0.0.1", port: 1_236, service: "pdf", token: "server1" };
const tokensOf = (registry: { list(): readonly { token: string }[] }) =>
  registry.list().map(({ token }) => token);

function opened() {
  const lab = new LabFolder();
  const clock = new SimulatedClock();
  const open = () => {
    const database = lab.open();
    return { database, shared: openRegistry(database, clock), own: new OwnRegistries(database, clock) };
  };
  return { lab, clock, open };
}

it("the same address is an entry in each, and in the lab's, with another token", async () => {
  const { open } = opened();
  const { shared, own } = open();
  await shared.register(entry);
  await own.of("s001").register({ ...entry, token: "of-one" });
  await own.of("s002").register({ ...entry, token: "of-two" });
  const told = () => [shared, own.of("s001"), own.of("s002"), own.of("s003")].map(tokensOf);
  expect(told()).toEqual([["server1"], ["of-one"], ["of-two"], []]);
  expect([...own.list().keys()]).toEqual(["s001", "s002"]);
  expect(await own.of("s001").deregister({ ip: entry.ip, port: entry.port, token: "of-two" })).toBe(false);
  expect(await own.of("s001").deregister({ ip: entry.ip, port: entry.port })).toBe(true);
  expect(told()).toEqual([["server1"], [], ["of-two"], []]);
});

it("are there after a restart, a lease runs out in one and not in another, and many at once are stored", async () => {
  const { clock, open, lab } = opened();
  const { own } = open();
  const failed = (error: Error) => expect.fail(error.message);
  for (let port = 2_000; port < 2_012; port += 1) own.of("s001").store({ ...entry, port }, 5_000, failed);
  await own.of("s002").register(entry);
  const again = open().own;
  expect([again.of("s001").list().length, again.of("s002").list().length]).toEqual([12, 1]);
  clock.increment(5_000);
  expect([again.of("s001").list().length, again.of("s002").list().length]).toEqual([0, 1]);
  await new Promise<void>((resolve) => again.of("s001").settled(resolve));
  expect(lab.rows("SELECT label, port FROM own_registrations")).toEqual([{ label: "s002", port: 1_236 }]);
});

it("tell of their changes, and sql shows no token of theirs", async () => {
  const { open } = opened();
  const { own, database } = open();
  let changes = 0;
  const end = own.watch(() => {
    changes += 1;
  });
  await own.of("s001").register(entry);
  expect(changes).toBe(1);
  end();
  await own.of("s001").register({ ...entry, port: 1_237 });
  expect(changes).toBe(1);
  const question = { file: database.file, limit: 10, journals: [], secretKeys: ["token"] };
  expect(answerTo({ ...question, sql: "select label, token from own_registrations" })).toMatchObject({
    rows: [
      ["s001", "****"],
      ["s001", "****"],
    ],
  });
});
