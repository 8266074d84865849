/**
 * An MP4 with one video track (ISO/IEC 14496-12 and -15): `ftyp`, `moov`, `mdat`, in this order, so that a
 * player can start before it has the whole file. Creation times are 0: the file tells nothing of its making.
 */
import { film } from "./film.ts";
import { encodeVideo, type Video } from "./h264.ts";

const TIMESCALE = 600;
/** Half a second per picture. */
const SAMPLE_DURATION = 300;
const TRACK = 1;
const LANGUAGE_UNDETERMINED = 0x55c4;
/** The matrix that leaves the picture as it is: 1 is 16.16, or 2.30 in the corner. */
const IDENTITY = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];

interface Movie extends Video {
  readonly width: number;
  readonly height: number;
}

export function sampleMp4(): Buffer {
  const pictures = film();
  const { width = 0, height = 0 } = pictures[0] ?? {};
  return movieFile({ ...encodeVideo(pictures), width, height });
}

/** The position of `mdat`'s content follows from the size of `moov`, which does not depend on it. */
function movieFile(movie: Movie): Buffer {
  const ftyp = box("ftyp", ascii("isom"), u32(512), ascii("isomiso2avc1mp41"));
  const content = movie.pictures.flatMap((picture) => [u32(picture.length), picture]);
  const contentAt = ftyp.length + moov(movie, 0).length + u32(0, 0).length;
  return Buffer.concat([ftyp, moov(movie, contentAt), box("mdat", ...content)]);
}

function moov(movie: Movie, contentAt: number): Buffer {
  return box("moov", mvhd(movie), box("trak", tkhd(movie), mdia(movie, contentAt)));
}

function mvhd(movie: Movie): Buffer {
  return fullBox(
    "mvhd",
    0,
    u32(0, 0, TIMESCALE, durationOf(movie)),
    u32(0x10000), // rate 1.0
    u16(0x100, 0), // volume 1.0
    u32(0, 0, ...IDENTITY),
    Buffer.alloc(24),
    u32(TRACK + 1), // the next track's id
  );
}

function tkhd(movie: Movie): Buffer {
  return fullBox(
    "tkhd",
    0b11, // enabled, part of the presentation
    u32(0, 0, TRACK, 0, durationOf(movie)),
    u32(0, 0),
    u16(0, 0, 0, 0), // layer, alternate group, volume (none: it is a picture), reserved
    u32(...IDENTITY, movie.width * 0x10000, movie.height * 0x10000),
  );
}

function mdia(movie: Movie, contentAt: number): Buffer {
  return box(
    "mdia",
    fullBox("mdhd", 0, u32(0, 0, TIMESCALE, durationOf(movie)), u16(LANGUAGE_UNDETERMINED, 0)),
    fullBox("hdlr", 0, u32(0), ascii("vide"), u32(0, 0, 0), ascii("the file server\0")),
    box("minf", fullBox("vmhd", 1, u16(0, 0, 0, 0)), dinf(), stbl(movie, contentAt)),
  );
}

/** The media data is in this file itself. */
function dinf(): Buffer {
  return box("dinf", fullBox("dref", 0, u32(1), fullBox("url ", 1)));
}

/** The sample table: how long, where and how large each picture is. All of them are in one chunk. */
function stbl(movie: Movie, contentAt: number): Buffer {
  const sizes = movie.pictures.map((picture) => picture.length + u32(0).length);
  return box(
    "stbl",
    fullBox("stsd", 0, u32(1), avc1(movie)),
    fullBox("stts", 0, u32(1, sizes.length, SAMPLE_DURATION)),
    fullBox("stss", 0, u32(1, 1)), // a player can start at the first picture only
    fullBox("stsc", 0, u32(1, 1, sizes.length, 1)),
    fullBox("stsz", 0, u32(0, sizes.length, ...sizes)),
    fullBox("stco", 0, u32(1, contentAt)),
  );
}

function avc1(movie: Movie): Buffer {
  return box(
    "avc1",
    Buffer.alloc(6),
    u16(1), // the data reference in `dref`
    Buffer.alloc(16),
    u16(movie.width, movie.height),
    u32(0x480000, 0x480000, 0), // 72 dpi both ways
    u16(1), // one picture per sample
    Buffer.alloc(32), // no name of an encoder
    u16(0x18, 0xffff), // 24 bits of colour; always -1
    avcC(movie),
    box("colr", ascii("nclx"), u16(6, 6, 6), u8(0)), // BT.601, limited range
  );
}

function avcC({ sps, pps }: Movie): Buffer {
  return box(
    "avcC",
    u8(1),
    sps.subarray(1, 4), // profile, constraints, level
    u8(0xfc | 3, 0xe0 | 1), // lengths of four bytes; one sequence parameter set
    u16(sps.length),
    sps,
    u8(1),
    u16(pps.length),
    pps,
  );
}

function durationOf({ pictures }: Movie): number {
  return pictures.length * SAMPLE_DURATION;
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([u32(8 + content.length), ascii(type), content]);
}

/** A box with a version, always 0 here, and flags. */
function fullBox(type: string, flags: number, ...parts: readonly Buffer[]): Buffer {
  return box(type, u32(flags), ...parts);
}

function ascii(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

function u8(...values: readonly number[]): Buffer {
  return Buffer.from(values);
}

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt16BE(value, 2 * index);
  });
  return bytes;
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt32BE(value, 4 * index);
  });
  return bytes;
}
