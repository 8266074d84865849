/** Commands that a person can copy into a shell to see the same again. */
import { shellBytes, TOKEN_HIDDEN } from "../shell-words.ts";
import type { Evidence } from "./_evidence.ts";

const MAX_READS = 6;
const MAX_BYTES = 160;
/** Between two writes, so that they are two reads here too. */
const PAUSE = "sleep 0.3";
const BEGINNING = "\n# only the beginning of what came";

/** Says again what came, with the pauses between the reads; a client of ours is started once more. */
export function reproduction(evidence: Evidence): string {
  const { story, reads, again } = evidence;
  if (!evidence.isServer) return again;
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
