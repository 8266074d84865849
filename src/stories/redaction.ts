/**
 * Tokens in what a peer said and was told, kept from whoever looks at its story: each is shown as `****`. The story itself
 * keeps the bytes. A wrong token is no secret and stays readable: it is what somebody looks for.
 */
import { isUtf8 } from "node:buffer";
import { secretKeysOf } from "../catalogue/instance-options.ts";
import type { Role } from "../machines/_role.ts";

export const MASK = "****";

type Talk = Role["secrets"];

export class Concealment {
  readonly #talk: Talk;
  /** As latin1, so that bytes can be searched for them. */
  readonly #secrets = new Set<string>();

  /** Undefined where a role has no secrets. */
  static of(role: Role, options: unknown): Concealment | undefined {
    const values = options as Readonly<Record<string, unknown>>;
    const secrets = secretKeysOf(role)
      .map((key) => values[key])
      .filter((value) => typeof value === "string");
    return secrets.length > 0 || role.secrets ? new Concealment(secrets, role.secrets) : undefined;
  }

  private constructor(secrets: readonly string[], talk: Talk) {
    this.#talk = talk;
    for (const secret of secrets) this.#add(secret);
  }

  #add(secret: string): void {
    if (secret !== "") this.#secrets.add(Buffer.from(secret).toString("latin1"));
  }

  /** A client says later what a registry told it now. */
  learn(bytes: Buffer): void {
    for (const secret of this.#talk?.find(bytes.toString()) ?? []) this.#add(secret);
  }

  bytes(bytes: Buffer): Buffer {
    if (this.#talk && isUtf8(bytes)) {
      const text = bytes.toString();
      const hidden = this.#talk.hide(text, MASK);
      // What has fields is masked by field: a short token may stand in other words too.
      if (hidden !== text) return Buffer.from(hidden);
    }
    const raw = bytes.toString("latin1");
    const shown = this.#masked(raw);
    return shown === raw ? bytes : Buffer.from(shown, "latin1");
  }

  text(text: string): string {
    return this.bytes(Buffer.from(text)).toString();
  }

  #masked(raw: string): string {
    let shown = raw;
    for (const secret of this.#secrets) shown = shown.replaceAll(secret, MASK);
    return shown;
  }
}
