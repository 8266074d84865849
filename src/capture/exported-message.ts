/**
 * A message without headers, as Wireshark exports them (LINKTYPE_WIRESHARK_UPPER_PDU): tags in front of it say which dissector it is for and
 * between which ends it went. Pure.
 */
import { addressBytes, isV6Address, type Path, type Payload, type Wired } from "./ip-packet.ts";

/** Tags of `wsutil/exported_pdu_tlvs.h`. */
const Tag = {
  END: 0,
  /** A table of dissectors, and which of its values. */
  TABLE: 14,
  TABLE_VALUE: 32,
  IPV4_FROM: 20,
  IPV4_TO: 21,
  IPV6_FROM: 22,
  IPV6_TO: 23,
  PORT_TYPE: 24,
  PORT_FROM: 25,
  PORT_TO: 26,
} as const;

const PORT_TYPES = { tcp: 2, udp: 3 } as const;

export type Speaker = "client" | "server";

/** Values of a protocol's table: who speaks. */
export const SPEAKERS: Readonly<Record<Speaker, number>> = { client: 1, server: 2 };

/** `netlabd_address_book`: a protocol's name in Wireshark, before each of its fields. */
export const protocolName = (role: string) => `netlabd_${role.replaceAll("-", "_")}`;

/** Table by which a message says who spoke: `netlabd_chat.speaker`. */
const speakerTable = (role: string) => `${protocolName(role)}.speaker`;

export interface ExportedMessage extends Path, Payload {
  /** The server's role: its protocol. */
  readonly protocol: string;
  readonly speaker: Speaker;
  readonly transport: "tcp" | "udp";
}

export function exportedMessage(message: ExportedMessage): Wired {
  const { protocol, speaker, transport, from, to, bytes, size } = message;
  const isV6 = isV6Address(from.address);
  const head = Buffer.concat([
    tag(Tag.TABLE, Buffer.from(speakerTable(protocol))),
    tag(Tag.TABLE_VALUE, number(SPEAKERS[speaker])),
    tag(isV6 ? Tag.IPV6_FROM : Tag.IPV4_FROM, addressBytes(from.address)),
    tag(isV6 ? Tag.IPV6_TO : Tag.IPV4_TO, addressBytes(to.address)),
    tag(Tag.PORT_TYPE, number(PORT_TYPES[transport])),
    tag(Tag.PORT_FROM, number(from.port)),
    tag(Tag.PORT_TO, number(to.port)),
    tag(Tag.END, Buffer.alloc(0)),
  ]);
  return { data: Buffer.concat([head, bytes]), length: head.length + size };
}

/** A text's length is told with its padding, as Wireshark itself writes it. */
function tag(type: number, value: Buffer): Buffer {
  const padded = Buffer.alloc(4 + ((value.length + 3) & ~3));
  padded.writeUInt16BE(type, 0);
  padded.writeUInt16BE(padded.length - 4, 2);
  value.copy(padded, 4);
  return padded;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
