/** Commands that a person can copy into a shell to see the same again. */
import type { Evidence } from "./_evidence.ts";

const MAX_READS = 6;
const MAX_BYTES = 160;
/** Between two writes, so that they are two reads here too. */
const PAUSE = "sleep 0.3";

/** Says again what came, with the pauses between the reads; a client of ours is started once more. */
export function reproduction(evidence: Evidence): string {
  const { story, reads } = evidence;
  if (!evidence.isServer) return runAgain(evidence);
  const said = reads
    .slice(0, MAX_READS)
    .map(({ bytes }) => printf(evidence.masked(bytes)))
    .filter((command) => command !== undefined);
  if (story.subject.transport === "udp") return `${said[0] ?? "printf ''"} | ncat -u -w1 ${at(evidence)}`;
  return `${inTurn(said)} | ncat ${at(evidence)}`;
}

export const at = ({ host, port }: Evidence) => `${host} ${port}`;

function inTurn(commands: readonly string[]): string {
  const [only] = commands;
  if (commands.length === 0) return "sleep 15";
  if (commands.length === 1 && only) return `(${only}; sleep 1)`;
  return `(${commands.join(`; ${PAUSE}; `)}; sleep 1)`;
}

/** `printf 'ann\n'`: whatever the shell or printf would read otherwise is written in octal. */
function printf(bytes: Buffer): string | undefined {
  if (bytes.length === 0) return undefined;
  const text = [...bytes.subarray(0, MAX_BYTES)].map(shellCharacter).join("");
  return `printf '${text}'`;
}

function shellCharacter(byte: number): string {
  if (byte === 0x0a) return "\\n";
  if (byte === 0x0d) return "\\r";
  const character = String.fromCharCode(byte);
  if (character === "%") return "%%";
  const isPlain = byte >= 0x20 && byte < 0x7f && !"'\\!`$\"".includes(character);
  return isPlain ? character : `\\${byte.toString(8).padStart(3, "0")}`;
}

/** A client role, once more and with what it was given; a token is the user's own to type. */
function runAgain({ roleName, given: typed }: Evidence): string {
  const given = Object.entries(typed).flatMap(([key, value]) => {
    if (key === "token" || key === "name" || key === "label") return [];
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? [`--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} ${shellWord(String(value))}`]
      : [];
  });
  return `netlabctl spawn ${[roleName, ...given].join(" ")}; netlabctl explain @last`;
}

const shellWord = (text: string) =>
  /^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
