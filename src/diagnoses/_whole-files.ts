/** Files of students' servers that went out whole, and yet not as their size tells: in text mode, or with a word after them. */
import type { Finding } from "./_diagnosis.ts";
import { type Evidence, quoted } from "./_evidence.ts";
import type { SizeSign } from "./_numbers.ts";
import type { Transfer } from "./_transfer.ts";

export const EXACTLY = "Tell the size that stat() gives, and send exactly so many bytes.";

/** Fewer are no sign: as many bytes may be missing for another reason. */
const LEAST_LINES = 3;

/** A byte is missing for each line, and no line has a \r: each \r\n of the file has become \n. */
export function textMode({ file, told, came }: Transfer): Pick<Finding, "cause" | "advice"> | undefined {
  const lines = file?.filter((byte) => byte === 0x0a).length ?? 0;
  if (lines < LEAST_LINES || told - came !== lines || file?.includes(0x0d)) return undefined;
  return {
    cause: `${came} of ${told} bytes came: one is missing for each of the ${lines} lines. Probably the file's lines end in \\r\\n, and the server reads it as text, or line by line: then each \\r\\n becomes \\n, while the size counts both.`,
    advice: [
      "Read and send bytes: open(name, 'rb') in Python, fopen(name, \"rb\") in C, an InputStream in Java.",
      EXACTLY,
    ],
  };
}

/** A word of the server's own, in a read of its own after the whole file. */
export function wordAfter(evidence: Evidence, size: SizeSign): Pick<Finding, "cause" | "advice"> | undefined {
  const last = evidence.last("in");
  if (size.kind !== "tooSmall" || !last || last.size !== size.args.came - size.args.told) return undefined;
  const text = last.bytes.toString("latin1");
  if (!/^[\w <>/-]{1,16}[!.]?[\r\n\0]*$/.test(text)) return undefined;
  return {
    cause: `All ${size.args.told} bytes of the size came, and ${quoted(text)} after them. Probably that is a word of the server's own for the end: the size tells where the file ends, and a client that reads on takes it for a part of the file.`,
    advice: ["Send nothing after the file's last byte: the client's next filename is due."],
  };
}
