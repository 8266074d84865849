/** Logins of a NATS server for tests: an authority and a certificate of one's own, and JWTs of an operator, an account and a user. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import path from "node:path";
import { nkeys } from "@nats-io/transport-node";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

function openssl(...args: readonly string[]): void {
  const { status, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
}

/** Certificate of 127.0.0.1, made by an authority that nothing knows; answers lines of a configuration, and the authority's file. */
export function certificate(folder: string): { readonly config: string; readonly authority: string } {
  const at = (name: string) => path.join(folder, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = ["-subj", "/CN=authority of a test", "-addext", "basicConstraints=critical,CA:TRUE"];
  openssl("req", "-x509", ...key, "-days", "1", ...authority, "-keyout", at("ca.key"), "-out", at("ca.pem"));
  const named = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
  openssl("req", ...key, ...named, "-keyout", at("key.pem"), "-out", at("request.pem"));
  const by = ["-CA", at("ca.pem"), "-CAkey", at("ca.key"), "-CAcreateserial", "-copy_extensions", "copy"];
  openssl("x509", "-req", "-in", at("request.pem"), ...by, "-days", "1", "-out", at("cert.pem"));
  return {
    // Without it, a server gives up a handshake during which its machine stands still for two seconds.
    config: `tls { cert_file: "${at("cert.pem")}", key_file: "${at("key.pem")}", timeout: 60 }`,
    authority: at("ca.pem"),
  };
}

type Key = ReturnType<typeof nkeys.createUser>;
const seedOf = (key: Key) => Buffer.from(key.getSeed()).toString();

export interface UserKey {
  readonly publicKey: string;
  readonly seed: string;
}

export function userKey(): UserKey {
  const key = nkeys.createUser();
  return { publicKey: key.getPublicKey(), seed: seedOf(key) };
}

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Claims as an operator signs them for an account, and an account for a user. */
function jwt(by: Key, subject: string, nats: object): string {
  const claims = { iat: Math.floor(Date.now() / 1_000), iss: by.getPublicKey(), name: "test", sub: subject };
  const jti = createHash("sha256")
    .update(encoded({ ...claims, nats }))
    .digest("hex");
  const text = `${encoded({ typ: "JWT", alg: "ed25519-nkey" })}.${encoded({ jti, ...claims, nats })}`;
  return `${text}.${Buffer.from(by.sign(Buffer.from(text))).toString("base64url")}`;
}

/** Server that takes users by their JWTs: lines of its configuration, and the text of a `.creds` file. */
export function operatorLogin(): { readonly config: string; readonly creds: string } {
  const [operator, system, account, user] = [
    nkeys.createOperator(),
    nkeys.createAccount(),
    nkeys.createAccount(),
    nkeys.createUser(),
  ];
  const limits = { subs: -1, data: -1, payload: -1 };
  const ofAccount = { ...limits, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
  const stores = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };
  const accounts = [
    [system, ofAccount],
    [account, { ...ofAccount, ...stores }],
  ] as const;
  const preloaded = accounts.map(([key, of]) => {
    const nats = { limits: of, default_permissions: {}, type: "account", version: 2 };
    return `${key.getPublicKey()}: ${jwt(operator, key.getPublicKey(), nats)}`;
  });
  const ofOperator = { system_account: system.getPublicKey(), type: "operator", version: 2 };
  const userJwt = jwt(account, user.getPublicKey(), {
    pub: {},
    sub: {},
    ...limits,
    type: "user",
    version: 2,
  });
  return {
    config: `operator: ${jwt(operator, operator.getPublicKey(), ofOperator)}
resolver: MEMORY
resolver_preload: { ${preloaded.join(", ")} }`,
    creds: `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----\n${seedOf(user)}\n------END USER NKEY SEED------\n`,
  };
}
