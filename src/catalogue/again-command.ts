/** Command that starts a client of ours once more, with what it was given. */

import { secretKeysOf } from "../machines/_options.ts";
import type { Role } from "../machines/_role.ts";
import { shellWord, TOKEN_HIDDEN } from "../shell-words.ts";
import { flagOf, schemaOf } from "./instance-options.ts";

type Given = Readonly<Record<string, unknown>>;
type Shape = Readonly<Record<string, { safeParse(value: unknown): { readonly data?: unknown } }>>;

/** Names of this one run, which the next cannot have. */
const OWN = new Set(["name", "label"]);

/** `netlabctl spawn file-client --service pdf; netlabctl explain @last`. Only options that the role has; a secret is masked. */
export function startedAgain(role: Role, given: Given): string {
  const { shape } = schemaOf(role) as { readonly shape: Shape };
  const secrets = secretKeysOf(role).filter((key) => given[key] !== undefined);
  const words = Object.entries(given).flatMap(([key, value]) => {
    const known = shape[key];
    if (known === undefined || OWN.has(key)) return [];
    if (secrets.includes(key)) return [`${flagOf(key)} '****'`];
    return optionWords(key, value, known.safeParse(undefined).data);
  });
  const command = ["netlabctl spawn", role.name, ...words].join(" ");
  return `${command}; netlabctl explain @last${secrets.length > 0 ? TOKEN_HIDDEN : ""}`;
}

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
