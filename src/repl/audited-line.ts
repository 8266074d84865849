/** A line as the audit keeps it: what changed something, showed a secret, or was refused; its own secrets are masked. */
import * as z from "zod";
import type { Lab } from "../lab/lab.ts";
import { secretKeysOf } from "../machines/_options.ts";
import { shellWord } from "../shell-words.ts";
import { MASK } from "../stories/redaction.ts";
import type { Command } from "./command.ts";
import { levelOf } from "./levels.ts";
import { flagsOf } from "./option-flags.ts";
import { schemaFor } from "./parse-command.ts";

const MAX_CHARACTERS = 2_000;
/** A secret that is shorter is looked for as a whole word only: it stands in other words too. */
const SHORT = 4;

export interface Asked {
  readonly command: Command;
  /** Words after its name. */
  readonly words: readonly string[];
  /** Options that came as values. */
  readonly options: Readonly<Record<string, unknown>> | undefined;
}

/** Whether it is worth a row: what only looks is not, unless it looked at a secret. */
export function isAudited({ command, words, options = {} }: Asked, lab: Lab): boolean {
  if (command.level !== "observe" || command.isAudited || command.auditedAs?.(words) !== undefined)
    return true;
  const guarded = Object.entries(schemaFor(command, words, lab).shape).filter(([, schema]) =>
    levelOf(schema),
  );
  const flags = flagsOf(z.object(Object.fromEntries(guarded))).map(({ long }) => long);
  return (
    guarded.some(([key]) => options[key] !== undefined && options[key] !== false) ||
    words.some((word) => flags.includes(word.split("=")[0] ?? ""))
  );
}

/** The line of a command, secrets of its own and all that the lab knows masked. */
export function auditedLine(asked: Asked, lab: Lab): string {
  const { command, options = {} } = asked;
  const other = command.auditedAs?.(asked.words);
  if (other !== undefined) return other;
  const flags = flagsOf(schemaFor(command, asked.words, lab));
  const secretFlags = new Set(flags.filter(({ isSecret }) => isSecret).map(({ long }) => long));
  const valued = new Set(flags.filter(({ kind }) => kind !== "boolean").map(({ long }) => long));
  let place = 0;
  const words = asked.words.map((word, index) => {
    const before = asked.words[index - 1] ?? "";
    const [flag = "", ...value] = word.split("=");
    if (secretFlags.has(before)) return MASK;
    if (secretFlags.has(flag) && value.length > 0) return `${flag}=${MASK}`;
    if (word.startsWith("-") || valued.has(before)) return word;
    const argument = command.args?.[place];
    place += 1;
    return argument?.isSecret ? MASK : word;
  });
  const given = Object.entries(options).map(([key, value]) => {
    const flag = flags.find((one) => one.key === key);
    return `${flag?.long ?? key}=${flag?.isSecret ? MASK : JSON.stringify(value)}`;
  });
  const said = command.takesRestOfLine ? words.filter((word) => word !== "--") : words.map(shellWord);
  return maskedText([command.name, ...said, ...given].join(" "), lab);
}

/** A text of any kind, e.g. code. */
export function maskedText(text: string, lab: Lab): string {
  let masked = text.slice(0, MAX_CHARACTERS);
  for (const secret of secretsOf(lab)) {
    if (secret.length >= SHORT) masked = masked.replaceAll(secret, MASK);
    else masked = withoutWord(masked, secret);
  }
  return text.length > MAX_CHARACTERS ? `${masked}…` : masked;
}

const withoutWord = (text: string, word: string) =>
  text
    .split(/(\s+)/)
    .map((piece) => (piece === word ? MASK : piece))
    .join("");

function secretsOf(lab: Lab): string[] {
  const ofInstances = lab.instances.flatMap(({ type, options }) => {
    const role = lab.roles.get(type);
    const values = options as unknown as Readonly<Record<string, unknown>>;
    return role ? secretKeysOf(role).map((key) => values[key]) : [];
  });
  const registered = [lab.registry.list(), ...lab.ownRegistrations().values()].flat();
  const all = [...ofInstances, ...registered.map(({ token }) => token)];
  const known = all.filter((one): one is string => typeof one === "string" && one !== "");
  // The longest first: one may stand in another.
  return [...new Set(known)].sort((a, b) => b.length - a.length);
}
