/** Commands that a person can copy into a shell to see the same again. */
import { flagOf, schemaOf } from "../catalogue/instance-options.ts";
import type { Evidence } from "./_evidence.ts";
import { shellBytes, shellWord } from "./_shell.ts";

const MAX_READS = 6;
const MAX_BYTES = 160;
/** Between two writes, so that they are two reads here too. */
const PAUSE = "sleep 0.3";
/** A comment for the shell: what is printed runs as it is, but says less than it should. */
const TOKEN_HIDDEN = "\n# a token is hidden: type it yourself where **** stands";
const BEGINNING = "\n# only the beginning of what came";

/** Says again what came, with the pauses between the reads; a client of ours is started once more. */
export function reproduction(evidence: Evidence): string {
  if (!evidence.isServer) return runAgain(evidence);
  const { story, reads } = evidence;
  const isUdp = story.subject.transport === "udp";
  const shown = reads.slice(0, isUdp ? 1 : MAX_READS);
  const said = shown.map(({ bytes }) => shellBytes(evidence.masked(bytes), MAX_BYTES)).filter(Boolean);
  const isHidden = shown.some(({ bytes }) => !evidence.masked(bytes).equals(bytes));
  const isCut = reads.length > shown.length || shown.some(({ size }) => size > MAX_BYTES * 100);
  const notes = `${isHidden ? TOKEN_HIDDEN : ""}${isCut && !isUdp ? BEGINNING : ""}`;
  if (isUdp) return `${grouped(said.slice(0, 1), "printf ''")} | ncat -u -w1 ${at(evidence)}${notes}`;
  return `${inTurn(said)} | ncat ${at(evidence)}${notes}`;
}

export const at = ({ host, port }: Evidence) => `${host} ${port}`;

function inTurn(commands: readonly string[]): string {
  return commands.length === 0 ? "sleep 15" : `(${commands.join(`; ${PAUSE}; `)}; sleep 1)`;
}

const grouped = ([command]: readonly string[], otherwise: string) =>
  command?.includes(";") ? `(${command})` : (command ?? otherwise);

/** A client role, once more and with what it was given. */
function runAgain(evidence: Evidence): string {
  const { role, roleName, given } = evidence;
  if (!role) return `netlabctl spawn ${roleName}; netlabctl explain @last`;
  const { shape } = schemaOf(role) as { readonly shape: Shape };
  const words = Object.entries(given).flatMap(([key, value]) => {
    if (key === "name" || key === "label" || key === "token") return [];
    const known = shape[key];
    return known === undefined ? [] : optionWords(key, value, known.safeParse(undefined).data);
  });
  const isHidden = typeof given.token === "string";
  const token = isHidden ? [`${flagOf("token")} '****'`] : [];
  const command = ["netlabctl spawn", roleName, ...words, ...token].join(" ");
  return `${command}; netlabctl explain @last${isHidden ? TOKEN_HIDDEN : ""}`;
}

type Shape = Readonly<Record<string, { safeParse(value: unknown): { readonly data?: unknown } }>>;

/** As the command line takes it: a boolean is there or is not. */
function optionWords(key: string, value: unknown, usual: unknown): string[] {
  const flag = flagOf(key);
  if (typeof value === "boolean") {
    if (value === (usual ?? false)) return [];
    return [value ? flag : flag.replace("--", "--no-")];
  }
  if (Array.isArray(value)) return [`${flag} ${shellWord(value.join(","))}`];
  return typeof value === "string" || typeof value === "number"
    ? [`${flag} ${shellWord(String(value))}`]
    : [];
}
