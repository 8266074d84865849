/** Instances that an operator spawned: what the next daemon brings back. */
import { describe, expect, it } from "vitest";
import { openInstances, type StoredInstance } from "../../src/stores/instances.ts";
import { LabFolder } from "./lab-folder.ts";

function opened() {
  const lab = new LabFolder();
  return { lab, store: openInstances(lab.open()), reopen: () => openInstances(lab.open()) };
}

const clock1: StoredInstance = {
  id: "clock-1",
  type: "clock",
  name: undefined,
  options: {},
  wanted: "running",
  port: 0,
};
const files2: StoredInstance = {
  id: "file-server-2",
  type: "file-server",
  name: "films",
  options: { service: "mp4", token: "0033", port: 0, alsoSwapped: true, idle: "5m" },
  wanted: "stopped",
  port: 40_123,
};

describe("a stored instance", () => {
  it("comes back as it was given, options of every type and all, in the order of spawning", async () => {
    const { store, reopen } = opened();
    await store.save(files2, 1);
    await store.save(clock1, 2);
    expect(store.list()).toEqual([files2, clock1]);
    expect(reopen().list()).toEqual([files2, clock1]);
  });

  it("keeps its options as they were typed: a token of digits stays a string", async () => {
    const { store, reopen } = opened();
    await store.save(files2, 1);
    expect(reopen().list()[0]?.options.token).toBe("0033");
  });

  it("comes back stopped, or running, as it was last wanted", async () => {
    const { store, reopen } = opened();
    await store.save(clock1, 1);
    await store.want("clock-1", "stopped");
    expect(reopen().list()).toEqual([{ ...clock1, wanted: "stopped" }]);
  });

  it("comes back on the port that it had", async () => {
    const { store, reopen } = opened();
    await store.save(clock1, 1);
    await store.keepPort("clock-1", 40_999);
    expect(reopen().list()).toEqual([{ ...clock1, port: 40_999 }]);
  });

  it("is gone for good when it is removed, and its neighbours stay", async () => {
    const { store, reopen } = opened();
    await store.save(clock1, 1);
    await store.save(files2, 1);
    await store.remove("clock-1");
    expect(reopen().list()).toEqual([files2]);
  });

  it("replaces an earlier one of the same id", async () => {
    const { store } = opened();
    await store.save(clock1, 1);
    await store.save({ ...clock1, name: "late" }, 2);
    expect(store.list()).toEqual([{ ...clock1, name: "late" }]);
  });

  it("can be queried by its users, with the time of its spawning", async () => {
    const { lab, store } = opened();
    await store.save(files2, 1_700_000_000_000);
    expect(lab.rows("SELECT id, options ->> 'service' AS service, created_at FROM instances")).toEqual([
      { id: "file-server-2", service: "mp4", created_at: 1_700_000_000_000 },
    ]);
  });
});

describe("a change", () => {
  it("that nothing matches changes nothing", async () => {
    const { store } = opened();
    await store.save(clock1, 1);
    await store.want("clock-2", "stopped");
    await store.keepPort("clock-2", 1);
    await store.remove("clock-2");
    expect(store.list()).toEqual([clock1]);
  });

  it("is listed once it is on disk, not before", async () => {
    const { store } = opened();
    const saved = store.save(clock1, 1);
    expect(store.list()).toEqual([]);
    await saved;
    expect(store.list()).toEqual([clock1]);
  });

  it("that cannot be stored is refused to whoever asked", async () => {
    const { store } = opened();
    const saved = store.save({ ...clock1, wanted: "dancing" as never }, 1);
    await expect(saved).rejects.toMatchObject({ code: "not-stored" });
    expect(store.list()).toEqual([]);
  });
});
