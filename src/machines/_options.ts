/** Option types that roles share: what a person types, validated into what a role uses. */
import * as z from "zod";
import type { HostPort } from "./_world.ts";

const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const UNIT_BYTES: Record<string, number> = {
  "": 1,
  b: 1,
  k: 1_024,
  kib: 1_024,
  m: 1_048_576,
  mib: 1_048_576,
  g: 1_073_741_824,
};

/** `30s`, `500ms`, `2m`, `1h`; a bare number is seconds. Output: milliseconds. */
export const duration = () =>
  z.union([z.string(), z.number()]).transform((input, context) => {
    const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)?$/.exec(String(input).trim());
    const ms = match ? Number(match[1]) * (UNIT_MS[match[2] ?? "s"] ?? Number.NaN) : Number.NaN;
    if (Number.isFinite(ms) && ms >= 0 && ms <= 2 ** 31 - 1) return ms;
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(input)} is not a duration: write 30s, 500ms, 2m or 1h`,
    });
    return z.NEVER;
  });

/** `4096`, `64k`, `1m`. Output: bytes. */
export const byteSize = () =>
  z.union([z.string(), z.number()]).transform((input, context) => {
    const match = /^(\d+)\s*(b|k|kib|m|mib|g)?$/i.exec(String(input).trim());
    const bytes = match
      ? Number(match[1]) * (UNIT_BYTES[(match[2] ?? "").toLowerCase()] ?? Number.NaN)
      : Number.NaN;
    if (Number.isSafeInteger(bytes)) return bytes;
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(input)} is not a size: write 4096, 64k or 1m`,
    });
    return z.NEVER;
  });

/** `localhost:1234`, `192.168.1.5:1234`, `[::1]:1234`. */
export const hostPort = () =>
  z.string().transform((input, context): HostPort => {
    const parsed = parseHostPort(input);
    if (parsed) return parsed;
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(input)} is not an address: write host:port, e.g. localhost:1234 or [::1]:1234`,
    });
    return z.NEVER;
  });

export function parseHostPort(input: string): HostPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(input.trim());
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host && port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

export const formatHostPort = ({ host, port }: HostPort) =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** A port to listen on; 0 is any free one. */
export const port = () => z.number().int().min(0).max(65_535);

/** A word on the wire that may not be shown: masked in listings, logs and histories. */
export const secret = () => z.string().min(1).meta({ secret: true });

/** An option that lets peers reach what only the daemon's user may give away: files anywhere, programs. Needs the level `own`. */
export const ownersWord = <Schema extends z.ZodType>(schema: Schema): Schema => schema.meta({ level: "own" });

/** A default, or that it may be left out, is a wrapping around what is secret. */
function isSecret(schema: z.core.$ZodType | undefined): boolean {
  if (!schema) return false;
  const { innerType } = schema._zod.def as { readonly innerType?: z.core.$ZodType };
  return z.globalRegistry.get(schema)?.secret === true || isSecret(innerType);
}

const secretKeys = new WeakMap<z.ZodObject, readonly string[]>();

/** A role's options whose values are secrets. */
export function secretKeysOf({ options }: { readonly options: z.ZodObject }): readonly string[] {
  let keys = secretKeys.get(options);
  if (!keys) {
    const { shape } = options;
    keys = Object.keys(shape).filter((key) => isSecret(shape[key]));
    secretKeys.set(options, keys);
  }
  return keys;
}
