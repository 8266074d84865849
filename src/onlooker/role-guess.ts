/** Role that a server plays, where it is not told: by its own first words, by its client's, else by its port. */

import { httpIn, isTlsRecord, speakerOf } from "../doctor/first-words.ts";
import { textOfRead } from "../machines/_assumed.ts";
import type { Role } from "../machines/_role.ts";
import { ANSWER, QUERY } from "../wire/address-record.ts";
import { opensBootstrap } from "../wire/bootstrap.ts";
import { parseExpression } from "../wire/calculator.ts";
import { isWholeLogin } from "../wire/chat.ts";
import { isClockRequest } from "../wire/clock.ts";
import { VALID } from "../wire/file-transfer.ts";
import { isKnock } from "../wire/knock-knock.ts";
import type { SeenConversation, Speaker } from "./conversation.ts";

export interface RoleGuess {
  /** Name of a role, or of a protocol that is none of ours; undefined: not known. */
  readonly name: string | undefined;
  /** How it is known. */
  readonly by: "told" | "words" | "others" | "port" | "nothing";
}

const FIRST_READS = 6;

export function guessRole(conversation: SeenConversation, roles: ReadonlyMap<string, Role>): RoleGuess {
  const server = saidBy(conversation, "server");
  const client = saidBy(conversation, "client");
  const spoken = server.map((bytes) => speakerOf(textOfRead(bytes))).find((name) => name !== undefined);
  const other = otherProtocol(client[0], server[0]);
  if (other !== undefined) return { name: other, by: "words" };
  const word =
    (spoken && fits(roles.get(spoken), conversation) ? spoken : undefined) ??
    heardAs(conversation, client, server);
  if (word !== undefined) return { name: word, by: "words" };
  const here = [...roles.values()].find(
    ({ side, transport, port }) =>
      side === "server" && transport === conversation.transport && port === conversation.server.port,
  );
  if (here) return { name: here.name, by: "port" };
  return { name: spoken, by: spoken === undefined ? "nothing" : "words" };
}

/** The same of many: a server whose role is known by one conversation has it in the others, where none says otherwise. */
export function guessRoles(
  conversations: readonly SeenConversation[],
  roles: ReadonlyMap<string, Role>,
): RoleGuess[] {
  const guesses = conversations.map((one) => guessRole(one, roles));
  const known = new Map<string, Set<string>>();
  for (const [index, { name, by }] of guesses.entries()) {
    if (name === undefined || by !== "words") continue;
    const at = serverOf(conversations[index] as SeenConversation);
    known.set(at, (known.get(at) ?? new Set()).add(name));
  }
  return guesses.map((guess, index) => {
    const [name, ...others] = known.get(serverOf(conversations[index] as SeenConversation)) ?? [];
    return guess.by === "words" || name === undefined || others.length > 0 ? guess : { name, by: "others" };
  });
}

const serverOf = ({ transport, server }: SeenConversation) => `${transport} ${server.address} ${server.port}`;

const fits = (role: Role | undefined, { transport }: SeenConversation) => role?.transport === transport;

function saidBy({ events }: SeenConversation, from: Speaker): Buffer[] {
  const said = events.flatMap((event) => (event.kind === "data" && event.from === from ? [event.bytes] : []));
  return said.slice(0, FIRST_READS);
}

function otherProtocol(client: Buffer | undefined, server: Buffer | undefined): string | undefined {
  if ((client && isTlsRecord(client)) || (server && isTlsRecord(server))) return "tls";
  const isRequest = client && /^[A-Z]{3,8} \S+ HTTP\/\d/.test(client.toString("latin1", 0, 200));
  return isRequest || (server && httpIn(server.toString("latin1", 0, 200))) ? "http" : undefined;
}

/** By what the client says: only words that no other protocol of ours has. */
function heardAs(
  { transport }: SeenConversation,
  client: readonly Buffer[],
  server: readonly Buffer[],
): string | undefined {
  const texts = client.flatMap((bytes) => textOfRead(bytes).split(/[\0\r\n]+/));
  const [first = "", second = ""] = texts;
  if (transport === "udp") {
    if (opensBootstrap(first)) return "bootstrap";
    return isClockRequest(first) ? "clock" : undefined;
  }
  const [said = ""] = server.map(textOfRead);
  if (said === VALID) return "file-server";
  if (isKnock(first)) return "knock-knock";
  if (client[0]?.[0] === QUERY && server[0]?.[0] === ANSWER) return "address-book";
  if (isWholeLogin(first)) return "chat";
  return parseExpression(second).ok && !parseExpression(first).ok ? "calculator" : undefined;
}
