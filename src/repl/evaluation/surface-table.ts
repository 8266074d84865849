/** Members of `lab`, in a line each: `help eval` prints it. A test compares it with the objects themselves. */
export const SURFACE: readonly (readonly [usage: string, summary: string])[] = [
  ["lab.instances", "what was spawned, running or not"],
  ['lab.instance("echo")', "one of them, by id, name or role"],
  ["lab.conns", "connections that are open"],
  ['lab.conn("c17")', "one of them, also when it has ended"],
  ['lab.select("chat", "state=…")', "connections by selectors, ended ones too"],
  ["lab.roles", "what can be spawned"],
  ['lab.spawn("echo", { port: 0 })', "a promise of the instance"],
  ["lab.registry", "who is registered"],
  ["lab.book", "size list() find() add() remove()"],
  ['lab.db.all("select …")', "a promise of rows; it only reads"],
  ["lab.name", "the lab file's name"],
];

export const INSTANCE_SURFACE =
  "id role name state port options conns restarts lastError result start() stop() restart() remove()";
export const CONNECTION_SURFACE =
  "id role instance remote state waitsFor isOpen framing bytesIn bytesOut verdict cards reason unread snapshot story send() event() fin() rst()";
