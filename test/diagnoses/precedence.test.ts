/** Which of several findings is the root, and which are only its consequences. */
import { describe, expect, it } from "vitest";
import type { Diagnosis, DiagnosisId, Finding, Level } from "../../src/diagnoses/_diagnosis.ts";
import { type Found, inOrder, type Rank } from "../../src/diagnoses/_precedence.ts";
import { diagnoses } from "../../src/diagnoses/table.ts";

interface Parts extends Partial<Pick<Diagnosis, "excludes" | "isConsequence">> {
  readonly level?: Level;
  readonly at?: number;
}

function found(id: DiagnosisId, rank: Rank, { level = "violation", at, ...parts }: Parts = {}): Found {
  const reads = at === undefined ? [] : [{ number: 1, at, bytes: Buffer.alloc(0), keptBytes: 0, size: 0 }];
  const finding: Finding = { rule: "CALC-0", reads, expected: "", cause: "", advice: [] };
  const diagnosis = { id, rank, level, name: "", title: "", find: () => finding, ...parts };
  return { diagnosis, finding };
}

const idsOf = (all: readonly Found[]) => inOrder(all).map(({ diagnosis }) => diagnosis.id);

describe("the first card", () => {
  it("is that of the earliest rank, whatever its level", () => {
    const all = [found("D28", "endings"), found("D09", "record", { level: "note" }), found("D17", "words")];
    expect(idsOf(all)).toEqual(["D09", "D17", "D28"]);
  });

  it("is of one rank what came first; what was no bytes comes last", () => {
    const all = [found("D14", "words"), found("D17", "words", { at: 9 }), found("D19", "words", { at: 3 })];
    expect(idsOf(all)).toEqual(["D19", "D17", "D14"]);
  });
});

describe("a consequence", () => {
  it("is not told beside what excludes it, and itself excludes nothing then", () => {
    const all = [
      found("D09", "record", { excludes: ["D17"] }),
      found("D17", "words", { excludes: ["D05"] }),
      found("D05", "habits"),
    ];
    expect(idsOf(all)).toEqual(["D09", "D05"]);
  });

  it("is everything of the same rank and later, where the root explains all", () => {
    const root = found("D18", "words", { excludes: "all", at: 1 });
    const others = [found("D17", "words", { at: 9 }), found("D28", "endings"), found("D05", "habits")];
    expect(idsOf([...others, root])).toEqual(["D18"]);
    expect(idsOf([...others, root, found("D09", "record")])).toEqual(["D09", "D18"]);
  });

  it("of a violation that came before is no wait; of a note it is", () => {
    const waits = found("D01", "silence", { level: "note", isConsequence: true });
    expect(idsOf([found("D17", "words"), waits])).toEqual(["D17"]);
    expect(idsOf([found("D08", "record", { level: "note" }), waits])).toEqual(["D08", "D01"]);
    expect(idsOf([found("D30", "endings"), waits])).toEqual(["D30", "D01"]);
  });
});

describe("the table of diagnoses", () => {
  it("excludes each but once, and never the one that excludes it", () => {
    const byId = new Map(diagnoses.map((one) => [one.id, one]));
    for (const { id, excludes = [] } of diagnoses) {
      if (excludes === "all") continue;
      expect(new Set(excludes).size, id).toBe(excludes.length);
      for (const other of excludes) {
        const back = byId.get(other)?.excludes ?? [];
        expect(back !== "all" && back.includes(id), `${id} and ${other}`).toBe(false);
      }
    }
  });
});
