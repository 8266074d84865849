/** What a story keeps of the world's answers: enough to give them again, and no more. */
import { describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import { answerIn, FUNCTION, PEER } from "../../src/stories/answer.ts";
import { cause } from "../../src/stories/causes.ts";

const done = (output: unknown) => answerIn({ type: "xstate.done.actor.opening", output });
const kept = (output: unknown) => {
  const answer = done(output);
  return answer?.ok ? answer.value : undefined;
};
const failed = (error: unknown) => answerIn({ type: "xstate.error.actor.opening", error });

describe("an answer", () => {
  it("is only what an actor ended with", () => {
    expect(answerIn({ type: "peer.message", output: 1 })).toBeUndefined();
    expect(answerIn({ type: "x.xstate.done.actor.opening", output: 1 })).toBeUndefined();
    expect(answerIn({ type: "x.xstate.error.actor.opening", error: 1 })).toBeUndefined();
    expect(done(7)).toEqual({ ok: true, value: 7, sizeBytes: 8 });
  });

  it("counts eight bytes a value, and those of its text and its bytes", () => {
    expect(done("four")).toEqual({ ok: true, value: "four", sizeBytes: 12 });
    expect(done(Buffer.from("four"))).toEqual({ ok: true, value: Buffer.from("four"), sizeBytes: 12 });
    expect(done({ a: "12", b: [null, undefined] })).toMatchObject({ sizeBytes: 42 });
    expect(done(() => 1)).toEqual({ ok: true, value: FUNCTION, sizeBytes: 8 });
  });

  it("keeps plain values as they are, and functions and connections as markers", () => {
    const peer = { sendBytes: () => undefined, remote: { address: "127.0.0.1", port: 1 } };
    const value = {
      text: "a",
      number: 1,
      no: null,
      nothing: undefined,
      list: [true, [2]],
      peer,
      call: () => 1,
    };
    expect(kept(value)).toEqual({ ...value, peer: PEER, call: FUNCTION });
    expect(kept({ sendBytes: 1 })).toEqual({ sendBytes: 1 });
    expect(kept({ remote: 1 })).toEqual({ remote: 1 });
    expect([FUNCTION, PEER]).toEqual(["\0function", "\0peer"]);
  });

  it("keeps an object's methods and getters, but not its maker", () => {
    class File {
      readonly name = "a.pdf";
      get size() {
        return 7;
      }
      read() {
        return this.name;
      }
    }
    expect(kept(new File())).toEqual({ name: "a.pdf", size: 7, read: FUNCTION });
    expect(kept(Object.create(null))).toEqual({});
  });

  it("keeps bytes of its own", () => {
    const bytes = Buffer.from("abc");
    const value = kept(bytes);
    bytes.fill(0);
    expect(value).toEqual(Buffer.from("abc"));
  });

  it("keeps 8 KiB in all, 64 values of a list or an object, and five levels", () => {
    expect(kept("a".repeat(10_000))).toBe("a".repeat(8_184));
    expect(kept(Buffer.alloc(10_000))).toEqual(Buffer.alloc(8_184));
    expect(kept(["a".repeat(9_000), "b", Buffer.from("c")])).toEqual([
      "a".repeat(8_176),
      "",
      Buffer.alloc(0),
    ]);
    expect(kept(Array(100).fill(1))).toEqual(Array(64).fill(1));
    expect(Object.keys(kept({ ...Array(100).fill(1) }) as object)).toHaveLength(64);
    expect(kept([[[[[1]]]]])).toEqual([[[[[1]]]]]);
    expect(kept([[[[["a", []]]]]])).toEqual([[[[["a", undefined]]]]]);
  });

  it("keeps an error of ours whole, and the sentence of any other", () => {
    const ours = NetlabError.of("peer-gone", cause("peer-gone", {}));
    expect(failed(ours)).toEqual({ ok: false, error: ours, sizeBytes: 200 });
    expect(failed(ours)).toHaveProperty("error", ours);
    expect(failed(Object.assign(new TypeError("boom"), { code: "EX" }))).toEqual({
      ok: false,
      error: new Error("boom"),
      sizeBytes: 200,
    });
    expect(failed("boom")).toEqual({ ok: false, error: new Error("boom"), sizeBytes: 200 });
  });
});
