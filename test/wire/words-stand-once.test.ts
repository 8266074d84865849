/** Words of the protocols stand in `src/wire` alone: server, client and diagnosis mean the same constant. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { filesIn, piecesIn, src } from "../source-text.ts";

/** The modules of protocols: those that export words. Framing and numbers have none. */
const PROTOCOLS = [
  "ack",
  "address-record",
  "bootstrap",
  "calculator",
  "chat",
  "clock",
  "echo-command",
  "file-transfer",
  "knock-knock",
  "relay",
  "reverse",
];
/** A word of several protocols, and words that mean something else beside a socket or a screen too. */
const SHARED = new Set(["close", "Server", "\n"]);

const wordsOf = (module: Record<string, unknown>) =>
  Object.values(module).filter((value): value is string => typeof value === "string");

const words = new Map<string, string>();
for (const protocol of PROTOCOLS) {
  const module = (await import(path.join(src, "wire", `${protocol}.ts`))) as Record<string, unknown>;
  for (const word of wordsOf(module)) if (!SHARED.has(word)) words.set(word, protocol);
}

const literalsOf = (file: string) => piecesIn(file).filter(({ kind }) => kind === "literal");

/** The places of this folder where a word of a protocol stands as a literal. */
function repetitionsIn(folder: string): string[] {
  return filesIn(folder).flatMap((file) =>
    literalsOf(file)
      .filter(({ text }) => words.has(text))
      .map(({ text, line }) => `${file}:${line} ${text}`),
  );
}

describe("a word of a protocol", () => {
  it("is known from each of them", () => {
    expect(new Set(words.values()).size).toBe(PROTOCOLS.length);
    expect(words.get("Knock knock..")).toBe("knock-knock");
  });

  it.each(["machines", "diagnoses", "standalone"])("is no literal in src/%s", (folder) => {
    expect(repetitionsIn(folder)).toEqual([]);
  });

  it("stands in one module of src/wire", () => {
    const places = PROTOCOLS.flatMap((protocol) => [
      ...new Set(literalsOf(`wire/${protocol}.ts`).map(({ text }) => text)),
    ]).filter((text) => words.has(text));
    expect(places.filter((text, index) => places.indexOf(text) !== index)).toEqual([]);
  });

  it("stands word for word in docs/wire.md", () => {
    const page = readFileSync(path.join(src, "../docs/wire.md"), "utf8");
    const untold = [...words.keys()].filter((word) => !page.includes(word.replace("\0", "\\0").trim()));
    expect(untold).toEqual([]);
  });
});
