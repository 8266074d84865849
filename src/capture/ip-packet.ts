/**
 * Packets of IPv4 and IPv6 with TCP or UDP in them (RFC 791, 8200, 9293, 768), as a loopback interface carries them. Pure. A packet may
 * have bytes that are not there: it is then shorter than its headers say, and its checksum is left out.
 */
import { isIPv6 } from "node:net";
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
  const header = Buffer.alloc(TCP_HEADER + segment.options.length);
  header.writeUInt16BE(path.from.port, 0);
  header.writeUInt16BE(path.to.port, 2);
  header.writeUInt32BE(segment.sequence >>> 0, 4);
  header.writeUInt32BE(segment.acknowledgement >>> 0, 8);
  header[12] = (header.length / 4) << 4;
  header[13] = segment.flags;
  header.writeUInt16BE(segment.window, 14);
  segment.options.copy(header, TCP_HEADER);
  return inIp(path, TCP, header, 16, segment);
}

export function udpPacket(path: Path, payload: Payload): Wired {
  const header = Buffer.alloc(UDP_HEADER);
  header.writeUInt16BE(path.from.port, 0);
  header.writeUInt16BE(path.to.port, 2);
  header.writeUInt16BE(UDP_HEADER + payload.size, 4);
  return inIp(path, UDP, header, 6, payload);
}

function inIp(path: Path, protocol: number, header: Buffer, checksumAt: number, payload: Payload): Wired {
  const size = header.length + payload.size;
  const ip = isIPv6(path.from.address) ? ipv6Header(path, protocol, size) : ipv4Header(path, protocol, size);
  const packet = Buffer.concat([ip, header, payload.bytes]);
  if (payload.bytes.length === payload.size) {
    const sum = checksum(packet, ip.length, pseudoSum(ip, protocol, size));
    // All zeros mean "none" in UDP over IPv4 (RFC 768).
    packet.writeUInt16BE(protocol === UDP && sum === 0 ? 0xffff : sum, ip.length + checksumAt);
  }
  return { data: packet, length: ip.length + size };
}

function ipv4Header({ from, to }: Path, protocol: number, size: number): Buffer {
  const header = Buffer.alloc(IPV4_HEADER);
  header[0] = 0x45;
  header.writeUInt16BE(IPV4_HEADER + size, 2);
  // Don't fragment, as Linux sends it.
  header[6] = 0x40;
  header[8] = HOPS;
  header[9] = protocol;
  ipv4Bytes(from.address).copy(header, 12);
  ipv4Bytes(to.address).copy(header, 16);
  header.writeUInt16BE(checksum(header, 0, 0), 10);
  return header;
}

function ipv6Header({ from, to }: Path, protocol: number, size: number): Buffer {
  const header = Buffer.alloc(IPV6_HEADER);
  header[0] = 0x60;
  header.writeUInt16BE(size, 4);
  header[6] = protocol;
  header[7] = HOPS;
  ipv6Bytes(from.address).copy(header, 8);
  ipv6Bytes(to.address).copy(header, 24);
  return header;
}

/** An address as it stands in a header. */
export const addressBytes = (address: string) => (isIPv6(address) ? ipv6Bytes(address) : ipv4Bytes(address));

const ipv4Bytes = (address: string) => Buffer.from(address.split(".").map(Number));

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

/** Sum over the addresses, the protocol and the length (RFC 9293, 3.1; RFC 8200, 8.1). */
function pseudoSum(ip: Buffer, protocol: number, size: number): number {
  const isV6 = ip.length === IPV6_HEADER;
  let sum = protocol + (size >>> 16) + (size & 0xffff);
  for (let at = isV6 ? 8 : 12; at < ip.length; at += 2) sum += ip.readUInt16BE(at);
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
