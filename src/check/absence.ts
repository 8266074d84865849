/** Words for a server that is not there, and what to do about it. */
const WHYS: Readonly<Record<string, (host: string, at: string) => string>> = {
  ECONNREFUSED: (_, at) => `no server listens at ${at}`,
  ENOTFOUND: (host) => `no host has the name ${host}`,
  EAI_AGAIN: (host) => `the host ${host} cannot be looked up`,
  ETIMEDOUT: (_, at) => `nothing answers at ${at}`,
};

/** `code`: of the system's, e.g. ECONNREFUSED. */
export function absenceWords({ host, port }: { host: string; port: number }, code: string): string {
  const at = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const why = WHYS[code]?.(host, at) ?? `${at} cannot be reached`;
  return `nothing was checked: ${why} (${code}). Start your server first, and name the host and port where it listens`;
}
