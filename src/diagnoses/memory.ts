/** Memory that was sent as it is: numbers, structs and addresses, where text is due. */
import { type BinarySign, findBinary } from "./_binary.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence } from "./_evidence.ts";
import { expectedAt, firstState, isFree, placeOf, ruledPieces, wasRefused } from "./_places.ts";
import type { Piece } from "./_sign.ts";
import { hex } from "./_speaker.ts";

export const memory: readonly Diagnosis[] = [
  {
    id: "D91",
    name: "no-text-at-all",
    title: "Bytes came that are no text",
    level: "violation",
    hasOwnLevel: true,
    rank: "record",
    excludes: [
      ...([
        "D01",
        "D02",
        "D05",
        "D06",
        "D07",
        "D08",
        "D09",
        "D14",
        "D15",
        "D16",
        "D17",
        "D18",
        "D19",
      ] as const),
      ...([
        "D20",
        "D28",
        "D41",
        "D42",
        "D48",
        "D49",
        "D57",
        "D62",
        "D64",
        "D65",
        "D66",
        "D70",
        "D71",
        "D72",
        "D73",
      ] as const),
    ],
    find: findMemory,
  },
];

interface Found {
  readonly piece: Piece;
  readonly rule: string;
  readonly sign: BinarySign;
}

function findMemory(evidence: Evidence): Finding | undefined {
  const found = evidence.isServer ? binaryIn(evidence) : undefined;
  if (!found) return undefined;
  const { piece, rule, sign } = found;
  const said = evidence.messages.find(({ reads }) => reads.some(({ at }) => at === piece.at));
  const state = said?.state ?? firstState(evidence);
  const isName = placeOf(rule).kind === "name";
  return {
    rule: rule || "FRAME-1",
    ...(wasRefused(evidence) ? {} : { level: "note" as const }),
    reads: evidence.reads.filter(({ at }) => at === piece.at),
    state,
    expected: `${expectedAt(evidence, state)}, as text`,
    cause: `${count(piece.size, "byte")} came that are no text: ${hex(piece.bytes, 6)}. ${packedBy(piece.bytes, sign) ?? whatItIs(sign)}${isName ? " Here they were taken for a name." : ""}`,
    advice: packedBy(piece.bytes, sign)
      ? [UNPACKED]
      : [
          sign.args.numbers.length > 0
            ? 'Write numbers as characters: n = snprintf(b, sizeof b, "%g %c %g", x, op, y), then send(fd, b, n, 0).'
            : "For char *text: send(fd, text, strlen(text), 0), with no & before text.",
          sign.args.numbers.length > 0
            ? 'In Python f"{x} {op} {y}".encode() and no struct.pack(); in Java println(), no writeDouble() or writeInt().'
            : "Print what you send in hex, next to the text that you mean.",
        ],
  };
}

/** First bytes of what packs texts: gzip (RFC 1952), zlib (RFC 1950), zip, bzip2, xz. */
const PACKERS: readonly (readonly [RegExp, string])[] = [
  [/^1f8b08/, "gzip"],
  [/^78(01|5e|9c|da)/, "zlib (compress() in Python, Deflater in Java)"],
  [/^504b0304/, "zip"],
  [/^425a68/, "bzip2"],
  [/^fd377a585a00/, "xz"],
];
const UNPACKED = "Send the text itself: this protocol compresses nothing.";

/** Numbers in memory may begin so by chance. */
function packedBy(bytes: Buffer, { args }: BinarySign): string | undefined {
  if (args.numbers.length > 0) return undefined;
  const start = bytes.toString("hex", 0, 6);
  const found = PACKERS.find(([mark]) => mark.test(start));
  return found && `So begins what ${found[1]} has compressed.`;
}

function whatItIs({ args: { numbers, width, isAddress } }: BinarySign): string {
  if (numbers.length > 0)
    return `Probably numbers were sent as they lie in memory: read as ${width === 8 ? "doubles" : "integers"} of ${width} bytes there ${numbers.length === 1 ? "is" : "are"} ${numbers.slice(0, 4).join(" and ")}. This protocol writes numbers as text.`;
  if (isAddress)
    return "Probably they are an address: send(fd, &text, …) sends the pointer, not what it points to.";
  return "Probably memory was sent as it is: the pointer instead of the text (send(fd, &text, …) where text is a char *), a struct or a number; or the text is compressed or encrypted.";
}

function binaryIn(evidence: Evidence): Found | undefined {
  const isDatagram = evidence.story.subject.transport === "udp";
  for (const { piece, rule } of ruledPieces(evidence)) {
    // A role that answers any datagram alike takes bytes of any kind.
    if (isDatagram && isFree(rule)) continue;
    const sign = findBinary(piece.bytes);
    if (sign) return { piece, rule, sign };
  }
  return undefined;
}
