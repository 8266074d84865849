/** Changes as data: a log of commands, replayed into an empty database, gives the same stores. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimulatedClock } from "xstate";
import { type AddressBookCommand, openAddressBook } from "../../src/stores/address-book.ts";
import { type KeptChecksCommand, openKeptChecks } from "../../src/stores/checks.ts";
import type { Committed, LabDatabase } from "../../src/stores/database.ts";
import { type InstanceCommand, openInstances } from "../../src/stores/instances.ts";
import { type JournalCommand, openJournal } from "../../src/stores/journal.ts";
import { type LabEntriesCommand, openLabEntries } from "../../src/stores/lab-entries.ts";
import { type NumbersCommand, openNumbers } from "../../src/stores/numbers.ts";
import { openRegistry, type RegistryCommand } from "../../src/stores/registry.ts";
import { LabFolder } from "./lab-folder.ts";

function storesOn(database: LabDatabase) {
  const registry = openRegistry(database, new SimulatedClock());
  const addressBook = openAddressBook(database);
  const instances = openInstances(database);
  const journal = openJournal(database, {
    run: { id: 1, startedAt: 0, lab: "none", version: "0" },
    now: () => 0,
    onTrouble: () => undefined,
  });
  const numbers = openNumbers(database);
  const checks = openKeptChecks(database);
  const labEntries = openLabEntries(database);
  return {
    registry,
    addressBook,
    instances,
    journal,
    view: () => ({
      registry: registry.list(),
      book: addressBook.list(),
      found: EMAILS.map((email) => addressBook.find(email)),
      instances: instances.list(),
      entries: labEntries.list("default"),
    }),
    apply: ({ store, command }: Committed) => {
      switch (store) {
        case "registry":
          return registry.apply(command as RegistryCommand);
        case "addressBook":
          return addressBook.apply(command as AddressBookCommand);
        case "instances":
          return instances.apply(command as InstanceCommand);
        case "numbers":
          return numbers.apply(command as NumbersCommand);
        case "checks":
          return checks.apply(command as KeptChecksCommand);
        case "labEntries":
          return labEntries.apply(command as LabEntriesCommand);
        default:
          return journal.apply(command as JournalCommand);
      }
    },
  };
}

/** What is on disk, in the order in which it came. */
const tablesOf = (lab: LabFolder) => [
  lab.rows("SELECT * FROM registrations ORDER BY id"),
  lab.rows("SELECT * FROM addresses ORDER BY rowid"),
  lab.rows("SELECT * FROM instances ORDER BY rowid"),
  lab.rows("SELECT * FROM journal ORDER BY id"),
  lab.rows("SELECT * FROM numbers ORDER BY name"),
  lab.rows("SELECT * FROM lab_entries ORDER BY lab, place"),
  lab.rows("SELECT * FROM checks ORDER BY id"),
];

const EMAILS = ["ada@example.org", "Ada@example.org ", "bo@example.org"];
const oneOf = <Value>(...values: Value[]) => fc.constantFrom(...values);
const endpoint = { ip: oneOf("10.0.0.1", "::1"), port: oneOf(1, 2, 70_000) };
const token = oneOf("one", "two");
const id = oneOf("chat-1", "chat-2");
const wanted = oneOf("running" as const, "stopped" as const);

const anyCommand: fc.Arbitrary<Committed> = fc.oneof(
  fc.record({
    store: fc.constant("registry"),
    command: fc.oneof(
      fc.record({
        op: fc.constant("register"),
        ...endpoint,
        service: oneOf("pdf", "txt"),
        token,
        at: fc.nat(50),
        leaseMs: fc.option(oneOf(10, 1_000), { nil: undefined }),
      }),
      fc.record({
        op: fc.constant("deregister"),
        ...endpoint,
        token: fc.option(token, { nil: undefined }),
      }),
      fc.record({ op: fc.constant("expire"), at: fc.nat(100) }),
    ),
  }),
  fc.record({
    store: fc.constant("addressBook"),
    command: fc.oneof(
      fc.record({
        op: fc.constant("put"),
        addresses: fc.array(fc.record({ email: oneOf(...EMAILS), name: oneOf("Ada", "Bo") })),
      }),
      fc.record({ op: fc.constant("remove"), email: oneOf(...EMAILS) }),
    ),
  }),
  fc.record({
    store: fc.constant("instances"),
    command: fc.oneof(
      fc.record({
        op: fc.constant("save"),
        instance: fc.record({
          id,
          type: fc.constant("chat"),
          name: oneOf("room", undefined),
          options: fc.constant({ port: 0, token: "0033" }),
          wanted,
          port: fc.nat(9),
        }),
        at: fc.nat(9),
      }),
      fc.record({ op: fc.constant("want"), id, wanted }),
      fc.record({ op: fc.constant("keepPort"), id, port: fc.nat(9) }),
      fc.record({ op: fc.constant("remove"), id }),
    ),
  }),
  fc.record({
    store: fc.constant("numbers"),
    command: fc.record({ op: fc.constant("keep"), name: fc.constant("instance/chat"), next: fc.nat(9) }),
  }),
  fc.record({
    store: fc.constant("checks"),
    command: fc.record({
      op: fc.constant("add"),
      report: fc.record({
        version: fc.constant("1.0.0"),
        seed: fc.nat(9),
        role: oneOf("chat"),
        side: oneOf("server", "client"),
        target: oneOf("127.0.0.1:1"),
        at: fc.nat(9),
        results: fc.array(
          fc.record({
            id: oneOf("CHAT-1.name"),
            status: oneOf("passed", "failed"),
            grade: oneOf("MUST"),
            weight: fc.nat(2),
            message: oneOf("", "no answer"),
          }),
        ),
      }),
    }),
  }),
  fc.record({
    store: fc.constant("labEntries"),
    command: fc.record({
      op: fc.constant("replace"),
      lab: oneOf("default", "files"),
      entries: fc.array(
        fc.record({ role: oneOf("chat"), name: oneOf("a", undefined), digest: oneOf("x"), id }),
      ),
    }),
  }),
);

/** As a log would keep it. */
const written = (entry: Committed) => JSON.parse(JSON.stringify(entry)) as Committed;

describe("a log of commands", () => {
  it("replayed into an empty database gives the same views and the same rows", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyCommand, { minLength: 10, maxLength: 60, size: "max" }),
        async (commands) => {
          const [first, second] = [new LabFolder(), new LabFolder()];
          const database = first.open();
          const log: Committed[] = [];
          database.follow((entry) => log.push(written(entry)));
          const stores = storesOn(database);
          const outcomes = await Promise.allSettled(commands.map((command) => stores.apply(command)));
          // What the database refused never happened, and is in no log.
          expect(log).toHaveLength(outcomes.filter(({ status }) => status === "fulfilled").length);

          const replayed = storesOn(second.open());
          for (const entry of log) await replayed.apply(entry);
          expect(replayed.view()).toEqual(stores.view());
          expect(tablesOf(second)).toEqual(tablesOf(first));
          // A view is what a daemon that starts would read.
          expect(storesOn(second.open()).view()).toEqual(stores.view());
          first.close();
          second.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  it("has what callers of the stores asked for, with the times at which they asked", async () => {
    const lab = new LabFolder();
    const database = lab.open();
    const log: Committed[] = [];
    database.follow((entry) => log.push(entry));
    const clock = new SimulatedClock();
    clock.increment(500);
    const registry = openRegistry(database, clock);
    const entry = { ip: "10.0.0.1", port: 1_236, service: "pdf", token: "server1" };
    await registry.register(entry, 1_000);
    await expect(registry.register({ ...entry, port: 70_000 })).rejects.toThrow("not stored");
    clock.increment(1_000);
    expect(registry.list()).toEqual([]);
    await new Promise<void>((resolve) => registry.settled(resolve));
    expect(log).toEqual([
      { store: "registry", command: { op: "register", ...entry, at: 500, leaseMs: 1_000 } },
      { store: "registry", command: { op: "expire", at: 1_500 } },
    ]);
  });

  it("takes bytes of the journal as they are", async () => {
    const lab = new LabFolder();
    const { journal } = storesOn(lab.open());
    const row = {
      at: 1,
      connection: "a/c1",
      role: "chat",
      remote: "::1:2",
      kind: "in",
      detail: undefined,
      entry: 0,
      atUs: 0,
      facts: "{}",
    };
    await journal.apply({
      op: "append",
      rows: [{ ...row, bytes: Buffer.from([0, 255]) }],
      stories: [],
      grown: [],
    });
    expect(lab.rows("SELECT bytes FROM journal")).toEqual([{ bytes: Buffer.from([0, 255]) }]);
  });

  it("goes to nobody who no longer follows", async () => {
    const database = new LabFolder().open();
    const log: Committed[] = [];
    const stop = database.follow((entry) => log.push(entry));
    const { addressBook } = storesOn(database);
    await addressBook.add("a@b", "A");
    stop();
    await addressBook.add("c@d", "C");
    expect(log).toHaveLength(1);
  });
});
