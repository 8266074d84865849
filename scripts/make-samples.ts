/**
 * Makes the sample files that the file server hands out: `node scripts/make-samples.ts [FOLDER]`, where
 * FOLDER is `data/files` of this checkout unless told. The files are written from scratch, without any
 * encoder, and have the same bytes every time.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleMp4 } from "./samples/mp4.ts";
import { samplePdf } from "./samples/pdf.ts";
import { samplePng } from "./samples/png.ts";
import { sampleText } from "./samples/text.ts";

const SAMPLES: Readonly<Record<string, () => Buffer>> = {
  "server.pdf": samplePdf,
  "server.png": samplePng,
  "server.txt": sampleText,
  "server.mp4": sampleMp4,
};

/** Replaces the samples in `folder`, which it makes if need be; answers each name with its size in bytes. */
export function makeSamples(folder: string): Map<string, number> {
  mkdirSync(folder, { recursive: true });
  return new Map(
    Object.entries(SAMPLES).map(([name, make]) => {
      const bytes = make();
      writeFileSync(join(folder, name), bytes);
      return [name, bytes.length];
    }),
  );
}

if (process.argv[1] === import.meta.filename) {
  const folder = process.argv[2] ?? join(import.meta.dirname, "..", "data", "files");
  for (const [name, size] of makeSamples(folder)) console.log(`${String(size).padStart(7)}  ${name}`);
}
