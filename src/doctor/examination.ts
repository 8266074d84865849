/**
 * An examination of one port.
 *
 * 1. Of this machine the kernel's tables are read. Where they say that no program can answer, nothing is sent.
 * 2. One connection is made, or one datagram sent. The doctor listens first, then says one line that no protocol knows, or, with a role,
 *    what its client says first.
 * 3. Meanwhile the tables tell whether the program accepted the connection and reads it, and what it waits in.
 * 4. With --probe further connections are made: the other family, the exchanged port, the other protocol, TLS.
 */
import { addressesOf } from "../os/addresses.ts";
import type { Doer } from "../os/proc.ts";
import type { SocketRow } from "../os/proc-text.ts";
import { type Finding, finding } from "./finding.ts";
import { covers, isHere, type LocalView, localView, programOf } from "./local-view.ts";
import { passiveFindings } from "./passive.ts";
import type { Patient, Question } from "./patient.ts";
import { probes } from "./probes.ts";
import { examineTcp } from "./tcp-examination.ts";
import { examineUdp } from "./udp-examination.ts";

export interface Examination {
  readonly address: string;
  readonly findings: readonly Finding[];
  /** How many connections and datagrams the server had of us. */
  readonly connections: number;
  readonly datagrams: number;
}

/** Rejects where a name means no address. */
export async function examine(question: Question): Promise<Examination> {
  const addresses = await addressesOf(question.host);
  const views = await Promise.all(addresses.map((address) => viewOf(address, question)));
  const known = addresses.map((address, index) => ({ address, view: views[index] }));
  // Of a name with several addresses, the one that a program listens on.
  const open = known.find(({ address, view }) => view && serversOf(view, address, question).length > 0);
  const { address, view } = open ?? known[0] ?? { address: question.host, view: undefined };
  const sent = { connections: 0, datagrams: 0 };
  const passive = view && passiveFindings(view, address, question.port, question.transport);
  const patient: Patient = { ...question, address, view, server: passive?.servers[0], sent };
  const findings = await findingsOf(patient, passive?.findings ?? []);
  const isOnOtherFamily = open !== undefined && open !== known[0] && known[0] !== undefined;
  const family = isOnOtherFamily
    ? [finding("other-family", "certain", { asked: known[0]?.address ?? "", found: address })]
    : [];
  return { address, findings: [...family, ...findings], ...sent };
}

const viewOf = async (address: string, { port, transport, mayLook }: Question) =>
  mayLook && isHere(address) ? localView(port, transport) : undefined;

const serversOf = (view: LocalView, address: string, { transport }: Question) =>
  (transport === "tcp" ? view.listeners : view.datagrams).filter((row) => covers(row, address));

async function findingsOf(patient: Patient, passive: readonly Finding[]): Promise<Finding[]> {
  if (passive.length > 0) return [...passive];
  const { server } = patient;
  const program = await programOf(server);
  const held = server ? [heldBy(server, program)] : [];
  // A stopped program answers nothing; the kernel would, and a client would wait.
  if (program?.doing === "stopped")
    return [finding("stopped", "certain", { pid: program.pid, name: program.name }), ...held];
  const examined = patient.transport === "tcp" ? await examineTcp(patient) : await examineUdp(patient);
  const more = patient.isProbing ? await probes(patient, examined) : examined;
  return [...more, ...held];
}

function heldBy({ uid }: SocketRow, program: Doer | undefined): Finding {
  return finding("held-by", "certain", { pid: program?.pid ?? null, name: program?.name ?? null, uid });
}
