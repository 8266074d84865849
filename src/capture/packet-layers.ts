/**
 * Layers of a captured packet: link layer, IPv4 or IPv6, and TCP or UDP in it. Pure. A packet that is none of these, or is too short for
 * its headers, is undefined: a capture of a whole network has many.
 */
import type { Endpoint } from "../stories/story.ts";
import type { CapturedPacket } from "./capture-reader.ts";

export interface TransportPacket {
  readonly transport: "tcp" | "udp";
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** Bytes that were captured. */
  readonly bytes: Buffer;
  /** Bytes that there were. */
  readonly size: number;
  readonly tcp?: { readonly sequence: number; readonly acknowledgement: number; readonly flags: number };
}

const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const VLAN_TAGS = [0x8100, 0x88a8, 0x9100];
const TCP = 6;
const UDP = 17;
/** Hop-by-hop, routing, destination options, mobility: their length is in units of eight bytes (RFC 8200, 4). */
const EXTENSIONS = [0, 43, 60, 135];
const AUTHENTICATION = 51;

/** LINKTYPE_… numbers of the IANA registry. */
const NULL = 0;
const ETHERNET = 1;
const RAW_BY_SYSTEM = [12, 14];
const RAW = 101;
const LOOP = 108;
const SLL = 113;
const IPV4_ONLY = 228;
const IPV6_ONLY = 229;
const SLL2 = 276;

interface Wired {
  readonly data: Buffer;
  /** Length on the wire. */
  readonly length: number;
}

export function transportPacket({ linkType, data, length }: CapturedPacket): TransportPacket | undefined {
  const start = networkStart(linkType, data);
  if (start === undefined) return undefined;
  const network = { data: data.subarray(start), length: length - start };
  const version = (network.data[0] ?? 0) >> 4;
  if (version === 4) return ipv4(network);
  return version === 6 ? ipv6(network) : undefined;
}

/** Start of the IP header. */
function networkStart(linkType: number, data: Buffer): number | undefined {
  switch (linkType) {
    case NULL:
    case LOOP:
      return 4;
    case ETHERNET:
      return behindTags(data, 12);
    case SLL:
      return isIp(u16(data, 14)) ? 16 : undefined;
    case SLL2:
      return isIp(u16(data, 0)) ? 20 : undefined;
    case RAW:
    case IPV4_ONLY:
    case IPV6_ONLY:
      return 0;
    default:
      return RAW_BY_SYSTEM.includes(linkType) ? 0 : undefined;
  }
}

/** Behind the type of an Ethernet frame, and the tags of VLANs in front of it. */
function behindTags(data: Buffer, typeAt: number): number | undefined {
  let at = typeAt;
  while (VLAN_TAGS.includes(u16(data, at))) at += 4;
  return isIp(u16(data, at)) ? at + 2 : undefined;
}

const isIp = (type: number) => type === IPV4 || type === IPV6;
const u16 = (data: Buffer, at: number) => (at + 2 <= data.length ? data.readUInt16BE(at) : 0);

function ipv4({ data, length }: Wired): TransportPacket | undefined {
  if (data.length < 20) return undefined;
  const header = ((data[0] as number) & 0x0f) * 4;
  const fragment = data.readUInt16BE(6);
  // A part of a packet has no header of its own, or not all that was sent.
  if (header < 20 || (fragment & 0x3fff) !== 0) return undefined;
  // Zero where the sender's card cut the packet (TSO): then it is as long as what was seen.
  const told = data.readUInt16BE(2) || length;
  const addresses = { from: ipv4Text(data, 12), to: ipv4Text(data, 16) };
  return transportIn(data[9] as number, addresses, part({ data, length }, header, told));
}

function ipv6({ data, length }: Wired): TransportPacket | undefined {
  if (data.length < 40) return undefined;
  const told = (data.readUInt16BE(4) || length - 40) + 40;
  const addresses = { from: ipv6Text(data, 8), to: ipv6Text(data, 24) };
  let next = data[6] as number;
  let at = 40;
  while (EXTENSIONS.includes(next) || next === AUTHENTICATION) {
    if (at + 2 > data.length) return undefined;
    const size = data[at + 1] as number;
    at += next === AUTHENTICATION ? (size + 2) * 4 : (size + 1) * 8;
    next = data[next === AUTHENTICATION ? at - (size + 2) * 4 : at - (size + 1) * 8] as number;
  }
  return transportIn(next, addresses, part({ data, length }, at, told));
}

/** Payload of a header: what a padded frame has behind it is not in it. */
function part({ data, length }: Wired, from: number, told: number): Wired {
  const end = Math.min(told, length);
  return { data: data.subarray(from, Math.max(from, end)), length: Math.max(0, end - from) };
}

function transportIn(
  protocol: number,
  addresses: { from: string; to: string },
  { data, length }: Wired,
): TransportPacket | undefined {
  if ((protocol !== TCP && protocol !== UDP) || data.length < 8) return undefined;
  const from = { address: addresses.from, port: data.readUInt16BE(0) };
  const to = { address: addresses.to, port: data.readUInt16BE(2) };
  if (protocol === UDP) {
    const size = Math.max(0, Math.min(data.readUInt16BE(4) || length, length) - 8);
    return { transport: "udp", from, to, bytes: data.subarray(8, 8 + size), size };
  }
  if (data.length < 20) return undefined;
  const header = ((data[12] as number) >> 4) * 4;
  if (header < 20) return undefined;
  return {
    transport: "tcp",
    from,
    to,
    bytes: data.subarray(header),
    size: Math.max(0, length - header),
    tcp: {
      sequence: data.readUInt32BE(4),
      acknowledgement: data.readUInt32BE(8),
      flags: data[13] as number,
    },
  };
}

const ipv4Text = (data: Buffer, at: number) => [...data.subarray(at, at + 4)].join(".");

/** RFC 5952: lower case, and the longest run of zeros is `::`. */
function ipv6Text(data: Buffer, at: number): string {
  const groups = Array.from({ length: 8 }, (_, index) => data.readUInt16BE(at + index * 2));
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return ipv4Text(data, at + 12);
  const run = longestZeros(groups);
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(":");
  if (!run) return text(groups);
  return `${text(groups.slice(0, run.start))}::${text(groups.slice(run.end))}`;
}

function longestZeros(groups: readonly number[]): { start: number; end: number } | undefined {
  let longest: { start: number; end: number } | undefined;
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > Math.max(1, longest ? longest.end - longest.start : 0)) longest = { start, end };
  }
  return longest;
}
