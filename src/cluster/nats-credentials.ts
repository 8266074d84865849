/** Login for a NATS server, from a file that its owner alone can read. */
import { readFileSync, statSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf, NetlabError } from "../errors.ts";

export type NatsCredentials =
  | { readonly kind: "user"; readonly user: string; readonly password: string }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "nkey"; readonly seed: string }
  /** Text of a `.creds` file: a JWT and the seed of its key. */
  | { readonly kind: "creds"; readonly text: string };

const OTHERS = 0o077;
const CREDS = "-----BEGIN NATS USER JWT-----";
const SEED = /^SU[A-Z2-7]{50,}$/;

/** A password of digits alone is one too. */
const word = z.union([z.string(), z.number()]).transform(String);
const fields = z.union([
  z.strictObject({ user: word, password: word }),
  z.strictObject({ token: word }),
  z.strictObject({ nkey: z.string().regex(SEED) }),
]);

export function readCredentials(file: string): NatsCredentials {
  const text = readSecret(file);
  if (text.includes(CREDS)) return { kind: "creds", text };
  if (SEED.test(text.trim())) return { kind: "nkey", seed: text.trim() };
  const { data } = fields.safeParse(parsed(text));
  if (!data) throw new NetlabError("usage/credentials-unknown", { file });
  if ("token" in data) return { kind: "token", token: data.token };
  if ("nkey" in data) return { kind: "nkey", seed: data.nkey };
  return { kind: "user", ...data };
}

function readSecret(file: string): string {
  let text: string;
  let mode: number;
  try {
    mode = statSync(file).mode;
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new NetlabError("file-not-read/because", { file, why: messageOf(error) }, { cause: error });
  }
  if ((mode & OTHERS) !== 0) throw new NetlabError("usage/credentials-open", { file });
  return text;
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
