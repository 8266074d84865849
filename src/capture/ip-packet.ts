/**
 * Packets of IPv4 and IPv6 with TCP or UDP in them (RFC 791, 8200, 9293, 768), as a loopback interface carries them. Pure. A packet may
 * have bytes that are not there: it is then shorter than its headers say, and its checksum is left out.
 */
import type { Endpoint } from "../stories/story.ts";

const TCP = 6;
const UDP = 17;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const TCP_HEADER = 20;
const UDP_HEADER = 8;
const HOPS = 64;

/** Most bytes in one segment: the MTU of a loopback interface, less the headers. */
export const MAX_SEGMENT = 65_483;

export const TcpFlag = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10 } as const;

export interface Path {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export interface Payload {
  /** Bytes that are there. */
  readonly bytes: Buffer;
  /** Bytes that there were. */
  readonly size: number;
}

export interface Segment extends Payload {
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly window: number;
  /** TCP options, a multiple of four bytes. */
  readonly options: Buffer;
}

export interface Wired {
  readonly data: Buffer;
  readonly length: number;
}

export function tcpPacket(path: Path, segment: Segment): Wired {
  const size = TCP_HEADER + segment.options.length;
  const { packet, at, length } = inIp(path, TCP, size, segment);
  packet.writeUInt16BE(path.from.port, at);
  packet.writeUInt16BE(path.to.port, at + 2);
  packet.writeUInt32BE(segment.sequence >>> 0, at + 4);
  packet.writeUInt32BE(segment.acknowledgement >>> 0, at + 8);
  packet[at + 12] = (size / 4) << 4;
  packet[at + 13] = segment.flags;
  packet.writeUInt16BE(segment.window, at + 14);
  // Checksum and urgent pointer.
  packet.writeUInt32BE(0, at + 16);
  segment.options.copy(packet, at + TCP_HEADER);
  if (isWhole(segment)) packet.writeUInt16BE(checksum(packet, at, pseudoSum(packet, at, TCP)), at + 16);
  return { data: packet, length };
}

export function udpPacket(path: Path, payload: Payload): Wired {
  const { packet, at, length } = inIp(path, UDP, UDP_HEADER, payload);
  packet.writeUInt16BE(path.from.port, at);
  packet.writeUInt16BE(path.to.port, at + 2);
  packet.writeUInt16BE(UDP_HEADER + payload.size, at + 4);
  packet.writeUInt16BE(0, at + 6);
  // All zeros mean "none" in UDP over IPv4 (RFC 768).
  if (isWhole(payload))
    packet.writeUInt16BE(checksum(packet, at, pseudoSum(packet, at, UDP)) || 0xffff, at + 6);
  return { data: packet, length };
}

const isWhole = ({ bytes, size }: Payload) => bytes.length === size;

/** A packet of which all but the header of its protocol is written; that begins at `at`. */
function inIp(
  path: Path,
  protocol: number,
  headerSize: number,
  { bytes, size }: Payload,
): { readonly packet: Buffer; readonly at: number; readonly length: number } {
  const isV6 = isV6Address(path.from.address);
  const at = isV6 ? IPV6_HEADER : IPV4_HEADER;
  const packet = Buffer.allocUnsafe(at + headerSize + bytes.length);
  if (isV6) writeIpv6Header(packet, path, protocol, headerSize + size);
  else writeIpv4Header(packet, path, protocol, headerSize + size);
  bytes.copy(packet, at + headerSize);
  return { packet, at, length: at + headerSize + size };
}

export const isV6Address = (address: string) => address.includes(":");

function writeIpv4Header(packet: Buffer, { from, to }: Path, protocol: number, size: number): void {
  packet.fill(0, 0, IPV4_HEADER);
  packet[0] = 0x45;
  packet.writeUInt16BE(IPV4_HEADER + size, 2);
  // Don't fragment, as Linux sends it.
  packet[6] = 0x40;
  packet[8] = HOPS;
  packet[9] = protocol;
  addressBytes(from.address).copy(packet, 12);
  addressBytes(to.address).copy(packet, 16);
  packet.writeUInt16BE(checksum(packet.subarray(0, IPV4_HEADER), 0, 0), 10);
}

function writeIpv6Header(packet: Buffer, { from, to }: Path, protocol: number, size: number): void {
  packet.fill(0, 0, IPV6_HEADER);
  packet[0] = 0x60;
  packet.writeUInt16BE(size, 4);
  packet[6] = protocol;
  packet[7] = HOPS;
  addressBytes(from.address).copy(packet, 8);
  addressBytes(to.address).copy(packet, 24);
}

/** Addresses of late: a conversation has two, and writes them with each packet. */
const known = new Map<string, Buffer>();
const MOST_KNOWN = 64;

/** An address as it stands in a header. */
export function addressBytes(address: string): Buffer {
  const before = known.get(address);
  if (before) return before;
  const bytes = isV6Address(address) ? ipv6Bytes(address) : ipv4Bytes(address);
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(address, bytes);
  return bytes;
}

/** An address that is none - of a client that has not connected - is all zeros. */
function ipv4Bytes(address: string): Buffer {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return Buffer.of(a, b, c, d);
}

/** `fe80::1%lo`: the zone is this machine's own affair, and goes over no wire. */
function ipv6Bytes(address: string): Buffer {
  const [plain = ""] = address.split("%");
  const [head = "", tail] = plain.split("::");
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const bytes = Buffer.alloc(16);
  before.forEach((group, index) => {
    bytes.writeUInt16BE(group, index * 2);
  });
  after.forEach((group, index) => {
    bytes.writeUInt16BE(group, 16 - (after.length - index) * 2);
  });
  return bytes;
}

/** The last group may be written as an IPv4 address. */
function groups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** Sum over the addresses, the protocol and the length of what begins at `start` (RFC 9293, 3.1; RFC 8200, 8.1). */
function pseudoSum(packet: Buffer, start: number, protocol: number): number {
  const size = packet.length - start;
  let sum = protocol + (size >>> 16) + (size & 0xffff);
  for (let at = start === IPV6_HEADER ? 8 : 12; at < start; at += 2) sum += packet.readUInt16BE(at);
  return sum;
}

/** Complement of the one's complement sum of 16-bit words (RFC 1071). */
function checksum(bytes: Buffer, from: number, initial: number): number {
  let sum = initial;
  const even = bytes.length - ((bytes.length - from) & 1);
  for (let at = from; at < even; at += 2) sum += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (even < bytes.length) sum += (bytes[even] as number) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
