/** Further questions of `--probe`: each is a connection or a datagram more, and asked only where it may tell something. */

import { addressesOf } from "../os/addresses.ts";
import { byteSwapped } from "../wire/byte-swapped.ts";
import { type Finding, type FindingCode, finding } from "./finding.ts";
import { httpIn } from "./first-words.ts";
import type { Patient } from "./patient.ts";
import { CONNECT_MS } from "./tcp-examination.ts";
import { TcpTalk } from "./tcp-talk.ts";
import { tlsOf } from "./tls-talk.ts";
import { askByDatagram } from "./udp-talk.ts";

/** Findings of the first look, and of what was asked because of them. */
export async function probes(patient: Patient, findings: readonly Finding[]): Promise<Finding[]> {
  const has = (code: FindingCode) => findings.some((one) => one.code === code);
  if (has("closed")) return (await elsewhere(patient)) ?? [...findings];
  if (patient.transport === "udp" || has("filtered") || has("backlog-full") || has("never-accepts"))
    return [...findings];
  if (findings.some(({ code, sure }) => code === "http" && sure !== "certain"))
    return (await withTls(patient, findings)) ?? withHttp(patient, findings);
  if (has("hangs-up") || has("tls") || isQuiet(findings))
    return (await withTls(patient, findings)) ?? [...findings];
  return [...findings];
}

const isQuiet = (findings: readonly Finding[]) =>
  findings.some(({ code, about }) => code === "healthy" && about.how === "listens");

/** Answers of a server of TLS to plain words. */
const EXPLAINED_BY_TLS: ReadonlySet<FindingCode> = new Set(["hangs-up", "tls", "healthy", "http"]);

/** Undefined: no TLS. */
async function withTls(patient: Patient, findings: readonly Finding[]): Promise<Finding[] | undefined> {
  patient.sent.connections += 1;
  const tls = await tlsOf(patient.address, patient.port, CONNECT_MS);
  if (!tls) return undefined;
  const others = findings.filter(({ code }) => !EXPLAINED_BY_TLS.has(code));
  return [finding("healthy", "certain", { how: "answers" }), finding("tls", "certain", tls), ...others];
}

/** A page in answer to a line that is no request: a request has a status line. */
async function withHttp(patient: Patient, findings: readonly Finding[]): Promise<Finding[]> {
  patient.sent.connections += 1;
  const talk = new TcpTalk(patient.address, patient.port, CONNECT_MS);
  if ((await talk.connected) !== "connected") return [...findings];
  talk.say(Buffer.from("GET / HTTP/1.0\r\n\r\n"));
  const http = httpIn((await talk.hear(CONNECT_MS)).toString("utf8"));
  talk.leave();
  if (!http?.isCertain) return [...findings];
  return findings.map((one) =>
    one.code === "http" ? finding("http", "certain", { status: http.status }) : one,
  );
}

/** Other places of a server of another machine; undefined: none of those that were asked. */
async function elsewhere(patient: Patient): Promise<Finding[] | undefined> {
  const { host, address, port, transport, sent } = patient;
  for (const other of await addressesOf(host)) {
    if (other !== address && (await isOpen(patient, other, port)))
      return [finding("other-family", "certain", { asked: address, found: other })];
  }
  const swapped = byteSwapped(port);
  if (swapped !== port && (await isOpen(patient, address, swapped)))
    return [finding("swapped-port", "likely", { port, found: swapped })];
  if (transport === "udp")
    return (await isOpen({ ...patient, transport: "tcp" }, address, port))
      ? [finding("is-tcp", "likely", { port })]
      : undefined;
  sent.datagrams += 1;
  const answer = await askByDatagram(address, port, Buffer.from("\n"), 400);
  // A port without a socket is refused by ICMP: silence is one that listens, or a firewall.
  if (answer === "silent") return [finding("is-udp", "maybe", { port })];
  return typeof answer === "object" && "answer" in answer
    ? [finding("is-udp", "certain", { port })]
    : undefined;
}

async function isOpen({ transport, sent }: Patient, address: string, port: number): Promise<boolean> {
  if (transport === "udp") {
    sent.datagrams += 1;
    const answer = await askByDatagram(address, port, Buffer.from("\n"), 400);
    return typeof answer === "object" && "answer" in answer;
  }
  sent.connections += 1;
  const talk = new TcpTalk(address, port, CONNECT_MS);
  const isConnected = (await talk.connected) === "connected";
  if (isConnected) talk.leave();
  else talk.giveUp();
  return isConnected;
}
