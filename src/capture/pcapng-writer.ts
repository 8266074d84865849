/**
 * Blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian: a section header, one interface whose times are nanoseconds, and a
 * block a packet with its direction and its comments. Pure: values to bytes.
 */

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const UNKNOWN_LENGTH = 0xffff_ffff_ffff_ffffn;

const END_OF_OPTIONS = 0;
const COMMENT = 1;
const SECTION_APPLICATION = 4;
const INTERFACE_NAME = 2;
const INTERFACE_DESCRIPTION_TEXT = 3;
const INTERFACE_TIME_RESOLUTION = 9;
const PACKET_FLAGS = 2;

/** Seen from our side. */
export type Direction = "in" | "out";

/** Fields of an enhanced packet before its bytes. */
const PACKET_HEADER = 20;
const DIRECTIONS: Readonly<Record<Direction, Buffer>> = {
  in: Buffer.of(1, 0, 0, 0),
  out: Buffer.of(2, 0, 0, 0),
};

const NANOSECONDS = Buffer.of(9);
/** Longest comment that is written: the option's length is a number of 16 bits. */
const MAX_COMMENT = 4_096;

/** Link types of the IANA registry (LINKTYPE_…). */
export const LinkType = {
  /** A packet begins with its IPv4 or IPv6 header. */
  RAW: 101,
  /** A message with tags in front of it that say what it is. */
  WIRESHARK_UPPER_PDU: 252,
} as const;

export interface Packet {
  /** Nanoseconds since 1970. */
  readonly ns: bigint;
  /** Seen from our side. */
  readonly direction: Direction;
  /** Bytes that are there. */
  readonly data: Buffer;
  /** Length on the wire: more than `data` has where bytes were not kept. */
  readonly length: number;
  readonly comments: readonly string[];
}

interface Option {
  readonly code: number;
  readonly value: Buffer;
}

export function sectionHeader(application: string, comments: readonly string[]): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt32LE(BYTE_ORDER_MAGIC, 0);
  body.writeUInt16LE(1, 4);
  body.writeBigUInt64LE(UNKNOWN_LENGTH, 8);
  return block(SECTION_HEADER, body, [
    { code: SECTION_APPLICATION, value: Buffer.from(application) },
    ...commentOptions(comments),
  ]);
}

export function interfaceDescription(linkType: number, name: string, description: string): Buffer {
  const body = Buffer.alloc(8);
  body.writeUInt16LE(linkType, 0);
  return block(INTERFACE_DESCRIPTION, body, [
    { code: INTERFACE_NAME, value: Buffer.from(name) },
    { code: INTERFACE_DESCRIPTION_TEXT, value: Buffer.from(description) },
    { code: INTERFACE_TIME_RESOLUTION, value: NANOSECONDS },
  ]);
}

export function packetBlock({ ns, direction, data, length, comments }: Packet): Buffer {
  const options = [{ code: PACKET_FLAGS, value: DIRECTIONS[direction] }, ...commentOptions(comments)];
  const { bytes, body } = begunBlock(ENHANCED_PACKET, PACKET_HEADER + padded(data.length), options);
  bytes.writeUInt32LE(0, body);
  bytes.writeUInt32LE(Number(ns >> 32n), body + 4);
  bytes.writeUInt32LE(Number(ns & 0xffff_ffffn), body + 8);
  bytes.writeUInt32LE(data.length, body + 12);
  bytes.writeUInt32LE(length, body + 16);
  data.copy(bytes, body + PACKET_HEADER);
  bytes.fill(0, body + PACKET_HEADER + data.length, body + PACKET_HEADER + padded(data.length));
  return bytes;
}

const commentOptions = (comments: readonly string[]): Option[] =>
  comments.map((comment) => ({ code: COMMENT, value: cutUtf8(Buffer.from(comment), MAX_COMMENT) }));

/** The first bytes that are whole characters. */
function cutUtf8(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

const padded = (size: number) => (size + 3) & ~3;

function block(type: number, content: Buffer, options: readonly Option[]): Buffer {
  const { bytes, body } = begunBlock(type, content.length, options);
  content.copy(bytes, body);
  return bytes;
}

/** A block whose body, from `body` on, is to be written yet: a packet's bytes are copied once. */
function begunBlock(
  type: number,
  bodySize: number,
  options: readonly Option[],
): { readonly bytes: Buffer; readonly body: number } {
  const optionsSize = options.reduce((sum, { value }) => sum + 4 + padded(value.length), 4);
  const size = 12 + bodySize + optionsSize;
  const bytes = Buffer.allocUnsafe(size);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(size, 4);
  let at = 8 + bodySize;
  for (const { code, value } of options) {
    bytes.writeUInt16LE(code, at);
    bytes.writeUInt16LE(value.length, at + 2);
    value.copy(bytes, at + 4);
    bytes.fill(0, at + 4 + value.length, at + 4 + padded(value.length));
    at += 4 + padded(value.length);
  }
  bytes.writeUInt16LE(END_OF_OPTIONS, at);
  bytes.writeUInt16LE(0, at + 2);
  bytes.writeUInt32LE(size, size - 4);
  return { bytes, body: 8 };
}
