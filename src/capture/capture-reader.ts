/**
 * Packets of a capture file: pcap (libpcap's four magics) and pcapng, both byte orders. Pure: bytes to packets. A damaged file is a
 * CaptureError with the place; nothing else is thrown, whatever the bytes are.
 */
import { CaptureError } from "./capture-error.ts";

export interface CapturedPacket {
  /** Nanoseconds since 1970. */
  readonly ns: bigint;
  /** LINKTYPE_…: how `data` begins. */
  readonly linkType: number;
  readonly data: Buffer;
  /** Length on the wire: more than `data` has, where the capture cut it. */
  readonly length: number;
  readonly comments: readonly string[];
}

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const COMMENT = 1;
const TIME_RESOLUTION = 9;
const TIME_OFFSET = 14;
const MICROSECONDS = 6;

const PCAP_HEADER = 24;
const PCAP_RECORD = 16;
/** A packet is never longer: libpcap's own limit is 256 KiB. */
const MAX_PACKET = 1_048_576;

/** By its first four bytes, read as little-endian. */
const PCAP_MAGICS: Readonly<Record<number, { isBig: boolean; nsPerTick: bigint }>> = {
  2712847316: { isBig: false, nsPerTick: 1_000n },
  2712812621: { isBig: false, nsPerTick: 1n },
  3569595041: { isBig: true, nsPerTick: 1_000n },
  1295823521: { isBig: true, nsPerTick: 1n },
};

/** In the order of the file. Throws a CaptureError where it is damaged, or is no capture. */
export function* packetsIn(file: Buffer): Generator<CapturedPacket> {
  if (file.length < 4) throw new CaptureError("no-capture", 0);
  const magic = file.readUInt32LE(0);
  const pcap = PCAP_MAGICS[magic];
  if (pcap) yield* pcapPackets(file, pcap);
  else if (magic === SECTION_HEADER) yield* new PcapngReader(file).packets();
  else throw new CaptureError("no-capture", 0);
}

function* pcapPackets(
  file: Buffer,
  { isBig, nsPerTick }: { isBig: boolean; nsPerTick: bigint },
): Generator<CapturedPacket> {
  if (file.length < PCAP_HEADER) throw new CaptureError("cut", 0);
  const word = (at: number) => (isBig ? file.readUInt32BE(at) : file.readUInt32LE(at));
  // The upper bits tell of a frame check sequence.
  const linkType = word(20) & 0xffff;
  for (let at = PCAP_HEADER; at < file.length; ) {
    if (at + PCAP_RECORD > file.length) throw new CaptureError("cut", at);
    const size = word(at + 8);
    if (size > MAX_PACKET) throw new CaptureError("damaged", at);
    const start = at + PCAP_RECORD;
    if (start + size > file.length) throw new CaptureError("cut", at);
    const ns = BigInt(word(at)) * 1_000_000_000n + BigInt(word(at + 4)) * nsPerTick;
    yield {
      ns,
      linkType,
      data: file.subarray(start, start + size),
      length: Math.max(size, word(at + 12)),
      comments: [],
    };
    at = start + size;
  }
}

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  /** Nanoseconds since 1970 of a number of ticks. */
  readonly toNs: (ticks: bigint) => bigint;
}

class PcapngReader {
  readonly #file: Buffer;
  #isBig = false;
  #interfaces: Interface[] = [];

  constructor(file: Buffer) {
    this.#file = file;
  }

  *packets(): Generator<CapturedPacket> {
    const file = this.#file;
    for (let at = 0; at < file.length; ) {
      if (at + 12 > file.length) throw new CaptureError("cut", at);
      const type = file.readUInt32LE(at);
      // A section may have another byte order than the one before it.
      if (type === SECTION_HEADER) this.#startSection(at);
      const size = this.#u32(at + 4);
      if (size < 12 || size % 4 !== 0) throw new CaptureError("damaged", at);
      if (at + size > file.length) throw new CaptureError("cut", at);
      if (this.#u32(at + size - 4) !== size) throw new CaptureError("damaged", at);
      const packet = this.#packetOf(type === SECTION_HEADER ? type : this.#u32(at), at, at + size - 4);
      if (packet) yield packet;
      at += size;
    }
  }

  #startSection(at: number): void {
    if (at + 28 > this.#file.length) throw new CaptureError("cut", at);
    const magic = this.#file.readUInt32LE(at + 8);
    if (magic !== BYTE_ORDER_MAGIC && this.#file.readUInt32BE(at + 8) !== BYTE_ORDER_MAGIC)
      throw new CaptureError("damaged", at);
    this.#isBig = magic !== BYTE_ORDER_MAGIC;
    this.#interfaces = [];
  }

  #packetOf(type: number, at: number, end: number): CapturedPacket | undefined {
    switch (type) {
      case INTERFACE:
        this.#addInterface(at, end);
        return undefined;
      case ENHANCED_PACKET:
        return this.#enhanced(at, end);
      case SIMPLE_PACKET:
        return this.#simple(at, end);
      default:
        return undefined;
    }
  }

  #addInterface(at: number, end: number): void {
    if (at + 16 > end) throw new CaptureError("damaged", at);
    const options = this.#options(at + 16, end);
    const resolution = options.find(({ code }) => code === TIME_RESOLUTION)?.value[0] ?? MICROSECONDS;
    const offset = options.find(({ code, value }) => code === TIME_OFFSET && value.length === 8)?.value;
    const offsetNs = offset
      ? (this.#isBig ? offset.readBigInt64BE() : offset.readBigInt64LE()) * 1_000_000_000n
      : 0n;
    this.#interfaces.push({
      linkType: this.#u16(at + 8),
      snapLength: this.#u32(at + 12),
      toNs: (ticks) => offsetNs + ticksToNs(ticks, resolution),
    });
  }

  #enhanced(at: number, end: number): CapturedPacket {
    if (at + 28 > end) throw new CaptureError("damaged", at);
    const from = this.#interfaces[this.#u32(at + 8)];
    if (!from) throw new CaptureError("damaged", at);
    const size = this.#u32(at + 20);
    const start = at + 28;
    if (size > MAX_PACKET || start + size > end) throw new CaptureError("damaged", at);
    const ticks = (BigInt(this.#u32(at + 12)) << 32n) | BigInt(this.#u32(at + 16));
    return {
      ns: from.toNs(ticks),
      linkType: from.linkType,
      data: this.#file.subarray(start, start + size),
      length: Math.max(size, this.#u32(at + 24)),
      comments: this.#options(start + padded(size), end)
        .filter(({ code }) => code === COMMENT)
        .map(({ value }) => value.toString()),
    };
  }

  /** A packet without a time of its own. */
  #simple(at: number, end: number): CapturedPacket {
    const [from] = this.#interfaces;
    if (!from || at + 12 > end) throw new CaptureError("damaged", at);
    const length = this.#u32(at + 8);
    const limit = from.snapLength === 0 ? length : Math.min(length, from.snapLength);
    const size = Math.min(limit, end - at - 12);
    return {
      ns: 0n,
      linkType: from.linkType,
      data: this.#file.subarray(at + 12, at + 12 + size),
      length,
      comments: [],
    };
  }

  /** Options that can be read; what is behind a damaged one is left. */
  #options(from: number, end: number): { code: number; value: Buffer }[] {
    const found: { code: number; value: Buffer }[] = [];
    for (let at = from; at + 4 <= end; ) {
      const code = this.#u16(at);
      const size = this.#u16(at + 2);
      if (code === 0 || at + 4 + size > end) break;
      found.push({ code, value: this.#file.subarray(at + 4, at + 4 + size) });
      at += 4 + padded(size);
    }
    return found;
  }

  #u16(at: number): number {
    return this.#isBig ? this.#file.readUInt16BE(at) : this.#file.readUInt16LE(at);
  }

  #u32(at: number): number {
    return this.#isBig ? this.#file.readUInt32BE(at) : this.#file.readUInt32LE(at);
  }
}

const padded = (size: number) => (size + 3) & ~3;

/** `if_tsresol`: a negative power of ten, or of two where the highest bit is set. */
function ticksToNs(ticks: bigint, resolution: number): bigint {
  const power = BigInt(resolution & 0x7f);
  const perSecond = (resolution & 0x80) === 0 ? 10n ** power : 2n ** power;
  return (ticks * 1_000_000_000n) / perSecond;
}
