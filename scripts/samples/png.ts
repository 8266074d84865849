/**
 * A PNG of 8-bit palette pixels (ISO/IEC 15948): signature, IHDR, PLTE, tEXt, IDAT, IEND.
 */
import { constants, crc32, deflateSync } from "node:zlib";
import { type Canvas, PALETTE } from "./canvas.ts";
import { statechart } from "./statechart.ts";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const FILTER_UP = 2;

export function samplePng(): Buffer {
  return encodePng(statechart(), "The file server's statechart");
}

function encodePng(canvas: Canvas, title: string): Buffer {
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header(canvas)),
    chunk("PLTE", Buffer.from(PALETTE.flat())),
    chunk("tEXt", Buffer.from(`Title\0${title}`, "latin1")),
    chunk("IDAT", compress(filteredRows(canvas))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function header({ width, height }: Canvas): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUInt32BE(width, 0);
  bytes.writeUInt32BE(height, 4);
  // Bit depth 8, colour type 3 (palette), then deflate, adaptive filters, no interlace: all 0.
  bytes.set([8, 3, 0, 0, 0], 8);
  return bytes;
}

/** Each row as its difference to the one above: a drawing of boxes becomes long runs of zeros. */
function filteredRows({ width, height, pixels }: Canvas): Buffer {
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    const start = y * (width + 1);
    rows[start] = FILTER_UP;
    for (let x = 0; x < width; x++) {
      const here = y * width + x;
      rows[start + 1 + x] = (pixels[here] ?? 0) - (pixels[here - width] ?? 0);
    }
  }
  return rows;
}

/**
 * Run lengths only: how zlib searches for matches differs between its builds and processors, while a run
 * is found in one way, so that the picture has the same bytes wherever it is made.
 */
function compress(bytes: Buffer): Buffer {
  return deflateSync(bytes, { level: 9, strategy: constants.Z_RLE });
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
