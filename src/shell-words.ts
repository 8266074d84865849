/** Bytes and words as a POSIX shell takes them. */

/** From so many of one byte on, a count is shorter than the bytes. */
const LONG_RUN = 12;

/** `printf 'ann'; head -c 4093 /dev/zero`: commands that write these bytes. Of plain bytes at most `limit` are written. */
export function shellBytes(bytes: Buffer, limit: number): string {
  const commands: string[] = [];
  let left = limit;
  for (const run of runsOf(bytes)) {
    if (left <= 0) break;
    if (run.isLong) commands.push(repeated(run.bytes));
    else {
      commands.push(printf(run.bytes.subarray(0, left)));
      left -= run.bytes.length;
    }
  }
  return commands.join("; ");
}

interface Run {
  readonly bytes: Buffer;
  readonly isLong: boolean;
}

/** Stretches of one byte, and what stands between them. */
function runsOf(bytes: Buffer): Run[] {
  const runs: Run[] = [];
  let plainFrom = 0;
  for (let start = 0; start < bytes.length; ) {
    let end = start + 1;
    while (bytes[end] === bytes[start] && end < bytes.length) end += 1;
    if (end - start >= LONG_RUN) {
      if (start > plainFrom) runs.push({ bytes: bytes.subarray(plainFrom, start), isLong: false });
      runs.push({ bytes: bytes.subarray(start, end), isLong: true });
      plainFrom = end;
    }
    start = end;
  }
  if (plainFrom < bytes.length) runs.push({ bytes: bytes.subarray(plainFrom), isLong: false });
  return runs;
}

function repeated(bytes: Buffer): string {
  const zeros = `head -c ${bytes.length} /dev/zero`;
  const [byte = 0] = bytes;
  return byte === 0 ? zeros : `${zeros} | tr '\\0' '${shellCharacter(byte)}'`;
}

/** `printf 'ann\n'`: whatever the shell or printf would read otherwise is written in octal. */
function printf(bytes: Buffer): string {
  const text = [...bytes].map((byte) => (byte === PERCENT ? "%%" : shellCharacter(byte))).join("");
  return text.startsWith("-") ? `printf -- '${text}'` : `printf '${text}'`;
}

const PERCENT = 0x25;

function shellCharacter(byte: number): string {
  if (byte === 0x0a) return "\\n";
  if (byte === 0x0d) return "\\r";
  const character = String.fromCharCode(byte);
  const isPlain = byte >= 0x20 && byte < 0x7f && !"'\\!`$\"".includes(character);
  return isPlain ? character : `\\${byte.toString(8).padStart(3, "0")}`;
}

export const shellWord = (text: string) =>
  /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A comment for the shell: what is printed runs as it is, but says less than it should. */
export const TOKEN_HIDDEN = "\n# a token is hidden: type it yourself where **** stands";
