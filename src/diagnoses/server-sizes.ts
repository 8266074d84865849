/** Sizes of students' file servers: another form, another number than what follows, or nothing that follows. */
import { argsOf } from "../stories/causes.ts";
import type { Diagnosis, Finding } from "./_diagnosis.ts";
import { count, type Evidence, quoted } from "./_evidence.ts";
import { LONG_SILENCE_MS } from "./_exchanges.ts";
import { findSize, type SizeSign } from "./_numbers.ts";
import { isStill, SIZE_BYTES, type Transfer, transferOf } from "./_transfer.ts";
import { EXACTLY, textMode, wordAfter } from "./_whole-files.ts";

export const serverSizes: readonly Diagnosis[] = [
  {
    id: "D34",
    name: "server-with-another-byte-order",
    title: "The server sends its length in the other byte order",
    level: "violation",
    rank: "answers",
    excludes: ["D33", "D35", "D38", "D76", "D81", "D83"],
    find: findByteOrder,
  },
  {
    id: "D82",
    name: "size-in-another-form",
    title: "The size is not four bytes, low byte first",
    level: "violation",
    rank: "answers",
    excludes: ["D33", "D34", "D35", "D38", "D76", "D81", "D83"],
    find: findOtherForm,
  },
  {
    id: "D83",
    name: "server-stops-midway",
    title: "The server stopped in the middle of the file",
    level: "violation",
    rank: "silence",
    excludes: ["D38"],
    find: findStopped,
  },
  {
    id: "D81",
    name: "answers-in-one-piece",
    title: "The server's answers came in one piece: it sends without waiting",
    level: "note",
    rank: "habits",
    find: findGlued,
  },
];

const seconds = (ms: number) => `${Math.round(ms / 1_000)} s`;

function signOf(transfer: Transfer): SizeSign | undefined {
  const { size, came, isOver } = transfer;
  return findSize(size, isOver ? came : undefined);
}

function found(evidence: Evidence): { transfer: Transfer; size: SizeSign } | undefined {
  const transfer = transferOf(evidence);
  const size = transfer && signOf(transfer);
  return transfer && size && { transfer, size };
}

const base = ({ reads }: Transfer) => ({
  rule: "FILE-0",
  reads: reads.slice(-1),
  state: "sizing",
  expected: "the size as 4 bytes, low byte first (little-endian)",
});

function findByteOrder(evidence: Evidence): Finding | undefined {
  const { transfer, size } = found(evidence) ?? {};
  if (!transfer || size?.kind !== "sizeOrder") return undefined;
  const { told, turned } = size.args;
  return {
    ...base(transfer),
    cause: `Read as this protocol wants it, the size is ${told}; the other way round it is ${turned}${turned === transfer.came ? ", which is just what came" : ""}. Probably the server turns it with htonl(), struct.pack("!i") or Java's writeInt(). That is right nearly everywhere, but this protocol has the low byte first.`,
    advice: [
      "In C: send the int as it is, without htonl(). In Python: struct.pack('<i', size).",
      "In Java: ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(size).",
    ],
  };
}

function findOtherForm(evidence: Evidence): Finding | undefined {
  const transfer = transferOf(evidence);
  if (!transfer) return undefined;
  const what = cutForm(evidence, transfer) ?? textForm(transfer) ?? formOf(signOf(transfer));
  if (what === undefined) return undefined;
  return {
    ...base(transfer),
    cause: `${what}${transfer.size.length < SIZE_BYTES ? "" : ` Read as four bytes, low byte first, that is ${transfer.told}.`}`,
    advice: [
      "In C: int32_t size = …; send(c, &size, 4, 0). In Python: struct.pack('<i', size).",
      "In Java: ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(size).",
    ],
  };
}

/** Fewer than four bytes, and no more came. */
function cutForm(evidence: Evidence, { size }: Transfer): string | undefined {
  const { silence } = evidence;
  const isOver = silence.state !== "sizing" || silence.isOver || silence.ms >= LONG_SILENCE_MS;
  if (size.length >= SIZE_BYTES || !isOver) return undefined;
  const latin = size.toString("latin1");
  const digits = /^\d+$/.test(latin) ? `, the characters ${quoted(latin)}: the size as text` : "";
  const short =
    size.length === 2 && digits === ""
      ? `: a short? That would be ${size.readUInt16LE()}, or ${size.readUInt16BE()} with the high byte first`
      : "";
  return `Only ${count(size.length, "byte")} came in place of the size: ${size.toString("hex").replace(/..(?=.)/g, "$& ")}${digits}${short}. Four bytes are due.`;
}

/** The file itself, or digits and then the file. */
function textForm({ rest, size, isUnasked, told, came }: Transfer): string | undefined {
  const text = rest.toString("latin1", 0, 24);
  if (!isUnasked || told === came) return undefined;
  const [, digits] = /^(\d{1,10})[\r\n\0 ]/.exec(text) ?? [];
  if (digits !== undefined) return `The size ${digits} came as text, and the file right after it.`;
  const latin = size.toString("latin1");
  return /^[\x20-\x7e\r\n\t]{4}$/.test(latin)
    ? `The size is missing: after found came the file itself. Its first four bytes, ${quoted(latin)}, were taken for the size.`
    : undefined;
}

function formOf(size: SizeSign | undefined): string | undefined {
  switch (size?.kind) {
    case "sizeDigits":
      return `The size ${size.args.value} came as text: the characters ${size.args.text}. Four bytes are due, a binary number.`;
    case "size64":
      return `The size ${size.args.value} came in 8 bytes: a long, a size_t or an off_t. Four bytes are due; the other four are taken for the beginning of the file.`;
    case "size16":
      return `The size ${size.args.value} came in 2 bytes: a short. Four bytes are due; two of the file's are taken for the rest of it.`;
    default:
      return undefined;
  }
}

/** Half of D33: the other half is about records. */
export function findLyingSize(evidence: Evidence): Finding | undefined {
  const { transfer, size } = found(evidence) ?? {};
  if (!transfer || !size) return undefined;
  if (size.kind === "tooLarge" && (!transfer.isClosed || isStill(evidence))) return undefined;
  const told = textMode(transfer) ?? wordAfter(evidence, size) ?? lyingCause(size);
  if (!told) return undefined;
  return {
    ...base(transfer),
    came: `${count(transfer.came, "byte")}${transfer.isClosed ? ", then the end" : ""}`,
    expected: `${count(transfer.told, "byte")}: so many the size tells`,
    ...told,
  };
}

function lyingCause(size: SizeSign): Pick<Finding, "cause" | "advice"> | undefined {
  switch (size.kind) {
    case "sizeOfPointer":
      return {
        cause: `The size says ${size.args.told}, and ${size.args.came} bytes came. ${size.args.told} is sizeof a pointer: probably sizeof was taken of a char * or a FILE *, not the size of the file.`,
        advice: ["struct stat st; fstat(fd, &st); st.st_size is the size. In Python: os.path.getsize(name)."],
      };
    case "tooSmall":
      if (size.args.told < 0)
        return {
          cause: `The size says ${size.args.told}: no file has that size. -1 is what stat(), ftell() and open() return for an error, so probably the server did not find or open the file.`,
          advice: ["Check what they return, and answer not found where the file cannot be opened."],
        };
      return size.args.isFullBuffer
        ? {
            cause: `The size says ${size.args.told}, and ${size.args.came} bytes came: the last buffer was sent whole, with ${size.args.came - size.args.told} bytes that are not of the file.`,
            advice: ["Send what was read, not the buffer: n = fread(b, 1, sizeof b, f); send(c, b, n, 0);"],
          }
        : {
            cause: `The size says ${size.args.told}, and at least ${size.args.came} bytes came. Probably the size was taken before the file grew, counts characters instead of bytes, or belongs to another file.`,
            advice: [EXACTLY, "In Python: open(name, 'rb') and len(data) of those bytes."],
          };
    case "tooLarge":
      return {
        cause: `The size says ${size.args.told}, and the server closed after ${size.args.came} bytes. Either the size is not that of the file (a buffer's, an older file's), or the sending loop stops too early: send() may take less than it is given, and returns how much.`,
        advice: [
          EXACTLY,
          "Send in a loop until all is gone: each send() goes on where the last one stopped (Python: sendall).",
        ],
      };
    default:
      return undefined;
  }
}

function findStopped(evidence: Evidence): Finding | undefined {
  const transfer = transferOf(evidence);
  const stalled = argsOf(evidence.story.cause, "transfer-stalled");
  if (!transfer || !(stalled || (isStill(evidence) && transfer.came < transfer.told))) return undefined;
  const { told, came: got } = transfer;
  const silentMs = stalled?.silentMs ?? evidence.silence.ms;
  return {
    ...base(transfer),
    state: "receiving",
    came: `${got} of ${told} bytes`,
    expected: `${count(told, "byte")}: so many the size tells`,
    ...(textMode(transfer) ?? stoppedCause(transfer, silentMs)),
  };
}

function stoppedCause({ told, came: got }: Transfer, silentMs: number): Pick<Finding, "cause" | "advice"> {
  return {
    cause:
      got === 0
        ? `The size ${told} was told and acknowledged, but not one byte of the file came for ${seconds(silentMs)}. Probably the server waits for something more than the acknowledgement (4 bytes, Got and a NUL), or it does not send the file.`
        : `${got} of ${told} bytes came, then nothing for ${seconds(silentMs)}. Either its sending loop ends too early (fread() returned less, send() took less than it was given), or the size is too large, or it waits for something from the client.`,
    advice:
      got === 0
        ? ["Call recv() once for the acknowledgement, whatever its length, and then send the file."]
        : ["Send in a loop until all is gone; send() returns how much it took (Python: sendall).", EXACTLY],
  };
}

function findGlued(evidence: Evidence): Finding | undefined {
  const transfer = transferOf(evidence);
  if (!transfer || !(transfer.isUnasked || (transfer.isGlued && transfer.isAtOnce))) return undefined;
  if (textForm(transfer) !== undefined) return undefined;
  const size = signOf(transfer);
  if (size && size.kind !== "notFoundAsSize") return undefined;
  return {
    ...base(transfer),
    reads: transfer.reads.slice(0, 1),
    expected: "found; a pause; the size; and the file after the acknowledgement",
    cause: transfer.isUnasked
      ? `found, the size and the file came without a pause: the server does not wait for the acknowledgement (Got). A client that calls recv() once for each loses bytes.`
      : `found and the size arrived as one read. A client that calls recv() once for each takes both for one word, and then waits for the size.`,
    advice: [
      "Send found, pause for about 50 ms, then send the size.",
      "Then call recv() for the acknowledgement, and send the file only after that.",
    ],
  };
}
