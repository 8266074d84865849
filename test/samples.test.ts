/** The sample files of `data/files`, read with nothing but their formats' own rules. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, inflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSamples } from "../scripts/make-samples.ts";

const FOLDER = join(import.meta.dirname, "../data/files");
const NAMES = ["server.mp4", "server.pdf", "server.png", "server.txt"];

const sample = (name: string) => readFileSync(join(FOLDER, name));

describe("the generator", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "samples-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("makes the same bytes as the committed files", () => {
    const made = makeSamples(join(folder, "files"));
    expect(readdirSync(join(folder, "files")).sort()).toEqual(NAMES);
    for (const name of NAMES) {
      const bytes = readFileSync(join(folder, "files", name));
      expect(bytes.equals(sample(name)), name).toBe(true);
      expect(made.get(name)).toBe(bytes.length);
    }
  });
});

describe("server.pdf", () => {
  const pdf = sample("server.pdf").toString("latin1");

  it("has 110,592 bytes, from %PDF to %%EOF", () => {
    expect(pdf).toHaveLength(110_592);
    expect(pdf).toMatch(/^%PDF-1\.4\n/);
    expect(pdf).toMatch(/\n%%EOF\n$/);
  });

  it("has a cross-reference table whose offsets point at the objects", () => {
    const offsets = crossReferences(pdf);
    expect(offsets.length).toBeGreaterThan(5);
    offsets.forEach((offset, index) => {
      expect(pdf.slice(offset)).toMatch(new RegExp(`^${index + 1} 0 obj\n`));
    });
    expect(pdf.match(/^\d+ 0 obj$/gm)).toHaveLength(offsets.length);
    expect(pdf).toContain(`/Size ${offsets.length + 1} `);
  });

  it("has streams as long as they say", () => {
    const streams = [...pdf.matchAll(/<< \/Length (\d+) >>\nstream\n/g)];
    expect(streams.length).toBeGreaterThan(1);
    for (const stream of streams) {
      const end = stream.index + stream[0].length + Number(stream[1]);
      expect(pdf.slice(end)).toMatch(/^\nendstream\nendobj\n/);
    }
  });

  it("names in its padding the position of each line", () => {
    const lines = [...pdf.matchAll(/^byte +(\d+) of 110592, 0x([0-9a-f]{5}) \.+$/gm)];
    expect(lines.length).toBeGreaterThan(1_000);
    for (const line of lines) {
      expect(Number(line[1])).toBe(line.index);
      expect(Number.parseInt(line[2] ?? "", 16)).toBe(line.index);
    }
  });

  it("shows the dialogue", () => {
    for (const message of [
      "C> server1",
      "S> valid",
      "C> server.pdf",
      "S> found",
      "S> 00 b0 01 00",
      "C> Got\\\\0",
    ]) {
      expect(pdf).toContain(`\n(${message}`);
    }
  });
});

describe("server.png", () => {
  const png = sample("server.png");
  const chunks = pngChunks(png);

  it("starts with the signature", () => {
    expect(png.subarray(0, 8).toString("hex")).toBe("89504e470d0a1a0a");
  });

  it("has chunks from IHDR to IEND whose checksums hold", () => {
    expect(chunks.map(({ type }) => type)).toEqual(["IHDR", "PLTE", "tEXt", "IDAT", "IEND"]);
    for (const { type, data, checksum } of chunks) {
      expect(crc32(Buffer.concat([Buffer.from(type), data])), type).toBe(checksum);
    }
  });

  it("has a filter and a palette index for each pixel of each row", () => {
    const [header, palette, , pixels] = chunks.map(({ data }) => data);
    const [width, height] = [header?.readUInt32BE(0) ?? 0, header?.readUInt32BE(4) ?? 0];
    expect([width, height]).toEqual([640, 360]);
    const rows = inflateSync(pixels ?? "");
    expect(rows).toHaveLength((width + 1) * height);
    expect(highestIndex(rows, width)).toBeLessThan((palette?.length ?? 0) / 3);
  });
});

describe("server.txt", () => {
  const bytes = sample("server.txt");

  it("is ASCII: no program fails on a character of it", () => {
    expect(bytes.filter((byte) => byte !== 0x0a && (byte < 0x20 || byte > 0x7e))).toEqual(Buffer.alloc(0));
  });

  it("is a readable text whose last line ends in a newline", () => {
    const lines = bytes.toString().split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.length).toBeGreaterThan(50);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });
});

describe("server.mp4", () => {
  const mp4 = sample("server.mp4");
  const boxes = mp4Boxes(mp4);

  it("is small", () => {
    expect(mp4.length).toBeLessThan(200_000);
  });

  it("consists of ftyp, moov and mdat, to the last byte", () => {
    const outer = mp4Boxes(mp4, 0, mp4.length, []);
    expect(outer.map(({ type }) => type)).toEqual(["ftyp", "moov", "mdat"]);
    expect(outer.reduce((sum, { size }) => sum + size, 0)).toBe(mp4.length);
  });

  it("nests the boxes of one track", () => {
    expect(boxes.map(({ path }) => path)).toEqual([
      "ftyp",
      "moov",
      "moov/mvhd",
      "moov/trak",
      "moov/trak/tkhd",
      "moov/trak/mdia",
      "moov/trak/mdia/mdhd",
      "moov/trak/mdia/hdlr",
      "moov/trak/mdia/minf",
      "moov/trak/mdia/minf/vmhd",
      "moov/trak/mdia/minf/dinf",
      "moov/trak/mdia/minf/dinf/dref",
      "moov/trak/mdia/minf/stbl",
      "moov/trak/mdia/minf/stbl/stsd",
      "moov/trak/mdia/minf/stbl/stts",
      "moov/trak/mdia/minf/stbl/stss",
      "moov/trak/mdia/minf/stbl/stsc",
      "moov/trak/mdia/minf/stbl/stsz",
      "moov/trak/mdia/minf/stbl/stco",
      "mdat",
    ]);
  });

  it("has samples that fill mdat, each one NAL unit of the length it says", () => {
    const [sizes, offset, mdat] = ["stsz", "stco", "mdat"].map((type) =>
      boxes.find((box) => box.type === type),
    );
    let at = mp4.readUInt32BE((offset?.start ?? 0) + 16);
    expect(at).toBe((mdat?.start ?? 0) + 8);
    const count = mp4.readUInt32BE((sizes?.start ?? 0) + 16);
    for (let sampleIndex = 0; sampleIndex < count; sampleIndex++) {
      const size = mp4.readUInt32BE((sizes?.start ?? 0) + 20 + 4 * sampleIndex);
      expect(mp4.readUInt32BE(at)).toBe(size - 4);
      expect((mp4[at + 4] ?? 0) & 0x1f).toBe(sampleIndex === 0 ? 5 : 1);
      at += size;
    }
    expect(at).toBe(mp4.length);
  });
});

/** The offsets of objects 1, 2, … as the table at `startxref` tells them. */
function crossReferences(pdf: string): number[] {
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(pdf)?.[1]);
  const [, count = "", entries = ""] =
    /^xref\n0 (\d+)\n((?:\d{10} \d{5} [nf] \n)+)trailer\n/.exec(pdf.slice(start)) ?? [];
  expect(entries).toHaveLength(20 * Number(count));
  expect(entries).toMatch(/^0000000000 65535 f \n/);
  return [...entries.matchAll(/(\d{10}) 00000 n/g)].map((entry) => Number(entry[1]));
}

function pngChunks(png: Buffer): { type: string; data: Buffer; checksum: number }[] {
  const chunks = [];
  for (let at = 8; at < png.length; ) {
    const end = at + 8 + png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    chunks.push({ type, data: png.subarray(at + 8, end), checksum: png.readUInt32BE(end) });
    at = end + 4;
  }
  return chunks;
}

/** Undoes the filter "up", the only one that the picture uses. */
function highestIndex(rows: Buffer, width: number): number {
  const above = new Uint8Array(width);
  let highest = 0;
  for (let at = 0; at < rows.length; at += width + 1) {
    expect(rows[at]).toBe(2);
    for (let x = 0; x < width; x++) {
      above[x] = (above[x] ?? 0) + (rows[at + 1 + x] ?? 0);
      highest = Math.max(highest, above[x] ?? 0);
    }
  }
  return highest;
}

const CONTAINERS = ["moov", "trak", "mdia", "minf", "dinf", "stbl"];

interface Box {
  readonly type: string;
  readonly path: string;
  readonly start: number;
  readonly size: number;
}

/** The boxes between two positions, each before those it contains; a box that leaves its container fails. */
function mp4Boxes(file: Buffer, from = 0, to = file.length, containers = CONTAINERS, path = ""): Box[] {
  const boxes: Box[] = [];
  let start = from;
  while (start < to) {
    const size = file.readUInt32BE(start);
    const type = file.toString("latin1", start + 4, start + 8);
    expect(size).toBeGreaterThanOrEqual(8);
    boxes.push({ type, path: path + type, start, size });
    if (containers.includes(type)) {
      boxes.push(...mp4Boxes(file, start + 8, start + size, containers, `${path}${type}/`));
    }
    start += size;
  }
  expect(start).toBe(to);
  return boxes;
}
