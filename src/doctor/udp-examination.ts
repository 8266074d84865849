/** The one datagram of an examination, and what is concluded from it. */

import { type Finding, finding } from "./finding.ts";
import { speakerOf } from "./first-words.ts";
import { localView, programOf } from "./local-view.ts";
import { nonce, type Patient, waitsIn } from "./patient.ts";
import { isAsExpected } from "./role-words.ts";
import { askByDatagram, type Datagram } from "./udp-talk.ts";

const ANSWER_MS = 600;

export async function examineUdp(patient: Patient): Promise<Finding[]> {
  const { address, port, words } = patient;
  const said = words?.says[0] ?? nonce();
  patient.sent.datagrams += 1;
  const datagram = await askByDatagram(address, port, Buffer.from(said), ANSWER_MS);
  if (typeof datagram === "object" && "answer" in datagram)
    return replied(patient, said, datagram.answer.toString("utf8"));
  return silent(patient, datagram);
}

async function replied(patient: Patient, said: string, text: string): Promise<Finding[]> {
  const { words, server } = patient;
  const answered = { role: speakerOf(text), words: text.slice(0, 80) };
  if (words?.answer !== undefined && !isAsExpected(words.answer, text)) {
    const wrong = { role: words.role, expected: words.answer, got: answered.words };
    return [...known(answered), finding("wrong-words", "certain", wrong)];
  }
  const isEcho = text.trim() === said.trim();
  return [
    finding("healthy", "certain", { how: "answers" }),
    ...(isEcho
      ? [finding("echoes", "likely", {})]
      : known({ ...answered, role: words?.role ?? answered.role })),
    ...waitsIn(await programOf(server)),
  ];
}

const known = ({ role, words }: { readonly role: string | undefined; readonly words: string }): Finding[] =>
  role === undefined ? [] : [finding("speaks-as", "certain", { role, words })];

async function silent(patient: Patient, datagram: Exclude<Datagram, { answer: Buffer }>): Promise<Finding[]> {
  const { port, view, server, address, words } = patient;
  if (datagram === "refused") {
    if (server?.localAddress === "::" && !address.includes(":"))
      return [finding("other-family", "certain", { asked: address, found: "::" })];
    return [finding("closed", "certain", { port, transport: "udp" })];
  }
  if (!view) return [finding("filtered", "maybe", { waitedMs: ANSWER_MS })];
  const now = await localView(port, "udp");
  const row = now?.datagrams.find(({ inode }) => inode === server?.inode);
  const waits = waitsIn(await programOf(server));
  if (row && row.rxQueue > 0) return [finding("does-not-read", "certain", { unread: row.rxQueue }), ...waits];
  if (words?.answer !== undefined) {
    const wrong = { role: words.role, expected: words.answer, got: "" };
    return [finding("wrong-words", "certain", wrong), ...waits];
  }
  return [finding("healthy", "likely", { how: "listens" }), ...waits];
}
