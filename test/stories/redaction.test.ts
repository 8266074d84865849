/** Tokens kept from the readers of a story: where they stand, to the byte, and nothing beside them. */
import { describe, expect, it } from "vitest";
import { maskedBytes, Redactor, shownText } from "../../src/stories/redaction.ts";

/** Spans that are hidden of a text, and the text as it is shown. */
function look(text: string, secrets: readonly string[]) {
  const shown = Redactor.of(undefined, secrets)?.redact(Buffer.from(text));
  if (!shown) throw new Error("nothing is to be hidden");
  return { spans: shown.hidden.map(({ start, end }) => [start, end]), bytes: shown.bytes.toString(), shown };
}

describe("what is hidden", () => {
  it("is nothing, and no redactor, where there is no secret", () => {
    expect(Redactor.of(undefined, [])).toBeUndefined();
    expect(Redactor.of({}, [])).toBeUndefined();
    expect(look("hello", ["secret"]).spans).toEqual([]);
  });

  it("is each secret, wherever and however often it stands, as bytes", () => {
    const { spans, bytes } = look("ü secret, secretsecret\n", ["secret"]);
    expect(spans).toEqual([
      [3, 9],
      [11, 17],
      [17, 23],
    ]);
    expect(bytes).toBe("ü ******, ************\n");
  });

  it("is in order for several secrets, whichever is looked for first", () => {
    expect(look("one two one", ["two", "one"]).spans).toEqual([
      [0, 3],
      [4, 7],
      [8, 11],
    ]);
  });

  it("is one span where secrets overlap, as far as the furthest of them", () => {
    expect(look("xabcdefx", ["abcd", "cdef"]).spans).toEqual([[1, 7]]);
    expect(look("xabcdefx", ["bc", "abcdef"]).spans).toEqual([[1, 7]]);
  });

  it("is nothing of a secret that is empty", () => {
    expect(look("hello", ["", "ll"]).spans).toEqual([[2, 4]]);
  });

  it("leaves the story's own bytes as they are", () => {
    const bytes = Buffer.from("secret");
    Redactor.of(undefined, ["secret"])?.redact(bytes);
    expect(bytes.toString()).toBe("secret");
  });
});

describe("what is shown", () => {
  it("tells how many bytes are hidden, and masks them in a command", () => {
    const { shown } = look("a secret, b sécret!", ["secret", "sécret"]);
    expect(shownText(shown)).toBe("a ‹6 bytes, hidden›, b ‹7 bytes, hidden›!");
    expect(maskedBytes(shown).toString()).toBe("a ****, b ****!");
    expect(shownText(look("plain", ["x"]).shown)).toBe("plain");
    expect(maskedBytes(look("plain", ["x"]).shown).toString()).toBe("plain");
  });

  it("is the sentence without the peer's secret", () => {
    expect(Redactor.of(undefined, ["pw"])?.text("said pw")).toBe("said ‹2 bytes, hidden›");
  });
});

describe("a role's own words", () => {
  /** Hides what stands behind each `=`, up to a blank. */
  const secrets = {
    isSecret: () => false,
    hide: (text: string, mask: string) => text.replace(/=\S+/g, `=${mask}`),
  };
  const spansIn = (bytes: Buffer, others: readonly string[] = []) =>
    Redactor.of({ secrets } as never, others)
      ?.redact(bytes)
      .hidden.map(({ start, end }) => [start, end]);

  it("say where its tokens are, the first, the last and those between", () => {
    expect(spansIn(Buffer.from("=öne b=two c=three"))).toEqual([
      [1, 5],
      [8, 11],
      [14, 19],
    ]);
    expect(spansIn(Buffer.from("a=x d"))).toEqual([[2, 3]]);
  });

  it("count before the instance's secrets, which count where the role finds none, or the bytes are no text", () => {
    expect(spansIn(Buffer.from("a=x x"), ["x"])).toEqual([[2, 3]]);
    expect(spansIn(Buffer.from("a x"), ["x"])).toEqual([[2, 3]]);
    expect(spansIn(Buffer.from([0xff, 0x3d, 0x78]), ["x"])).toEqual([[2, 3]]);
    expect(spansIn(Buffer.from("a"))).toEqual([]);
  });
});
