/** Conversations of a capture file as an onlooker sees them: each is looked at once, when it is asked for. */
import { readFile, stat } from "node:fs/promises";
import { CaptureError } from "../capture/capture-error.ts";
import { noSuchRole } from "../catalogue/instance-options.ts";
import { shippedRoles } from "../catalogue/shipped-roles.ts";
import { NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { type Captured, capturedConversations } from "../onlooker/captured.ts";
import type { SeenConversation } from "../onlooker/conversation.ts";
import { type Looked, look, toldStory } from "../onlooker/look.ts";
import { guessRoles, type RoleGuess } from "../onlooker/role-guess.ts";
import { whyNotRead } from "../os/not-read.ts";
import type { Story } from "../stories/story.ts";

/** The file is read whole. */
const MAX_FILE_BYTES = 512 * 1_048_576;

export interface CaptureSource {
  readonly file: string;
  /** Role of every server in it; undefined: they are guessed. */
  readonly role?: string | undefined;
}

/** A conversation with its ids: `calculator-1/c3` is the third of the file. */
export interface NamedConversation {
  readonly conversation: SeenConversation;
  readonly guess: RoleGuess;
  readonly number: number;
  readonly instance: string;
  readonly id: string;
}

export class CaptureView {
  readonly file: string;
  readonly roles: ReadonlyMap<string, Role>;
  readonly conversations: readonly NamedConversation[];
  /** Byte at which the file ends in the middle of a packet; undefined: it is whole. */
  readonly cutAt: number | undefined;
  readonly #looked = new Map<number, Promise<Looked>>();

  private constructor(source: CaptureSource, roles: ReadonlyMap<string, Role>, captured: Captured) {
    this.file = source.file;
    this.roles = roles;
    this.conversations = named(captured.conversations, roles, source.role);
    this.cutAt = captured.cutAt;
  }

  /** Rejects with a NetlabError where there is no such role, or the file cannot be read. */
  static async open(source: CaptureSource): Promise<CaptureView> {
    const roles = await shippedRoles();
    checkRole(source.role, roles);
    const captured = conversationsIn(source.file, await bytesOf(source.file));
    if (captured.conversations.length === 0)
      throw new NetlabError("bad-capture/no-conversation", { file: source.file });
    return new CaptureView(source, roles, captured);
  }

  look(named: NamedConversation): Promise<Looked> {
    const { conversation, number, instance, guess } = named;
    let looked = this.#looked.get(number);
    if (!looked) {
      looked = look({
        conversation,
        guess,
        roles: this.roles,
        instance,
        number,
        others: () => this.#beside(named),
      });
      this.#looked.set(number, looked);
    }
    return looked;
  }

  /** Stories of the others at this server, as far as bytes tell. */
  #beside(named: NamedConversation): Story[] {
    return this.conversations
      .filter((other) => other !== named && other.instance === named.instance)
      .map((other) => toldStory(other, other.guess, true));
  }

  /** By `c3`, `calculator-1/c3` or `@last`. */
  find(term: string): NamedConversation {
    const short = term.slice(term.lastIndexOf("/") + 1);
    const found =
      term === "@last"
        ? this.conversations.at(-1)
        : this.conversations.find(({ id }) => id === term || (short === term && id.endsWith(`/${term}`)));
    if (!found) throw new NetlabError("no-such-connection/in-capture", { term, file: this.file });
    return found;
  }
}

function checkRole(role: string | undefined, roles: ReadonlyMap<string, Role>): void {
  if (role === undefined || roles.get(role)?.side === "server") return;
  const servers = [...roles.values()].filter(({ side }) => side === "server").map(({ name }) => name);
  throw noSuchRole(role, servers);
}

async function bytesOf(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size > MAX_FILE_BYTES)
      throw new NetlabError("bad-capture/too-large", { file, size, limit: MAX_FILE_BYTES });
    return await readFile(file);
  } catch (error) {
    if (error instanceof NetlabError) throw error;
    throw new NetlabError("bad-capture/not-read", { file, why: whyNotRead(error) }, { cause: error });
  }
}

function conversationsIn(file: string, bytes: Buffer): Captured {
  try {
    return capturedConversations(bytes);
  } catch (error) {
    throw error instanceof CaptureError ? faultOf(file, error) : error;
  }
}

function faultOf(file: string, { fault, at }: CaptureError): NetlabError {
  switch (fault) {
    case "no-capture":
      return new NetlabError("bad-capture/no-capture", { file });
    case "too-large":
      return new NetlabError("bad-capture/too-much", { file, limit: at });
    case "too-many":
      return new NetlabError("bad-capture/too-many", { file, limit: at });
    default:
      return new NetlabError("bad-capture/damaged", { file, at });
  }
}

/** Servers are told apart by their address: each is an instance of its role. */
function named(
  conversations: readonly SeenConversation[],
  roles: ReadonlyMap<string, Role>,
  role: string | undefined,
): NamedConversation[] {
  const servers = new Map<string, string>();
  const counts = new Map<string, number>();
  const guesses = guessRoles(conversations, roles);
  return conversations.map((conversation, index) => {
    const { server, transport } = conversation;
    const isTold = role !== undefined && roles.get(role)?.transport === transport;
    const guess: RoleGuess = isTold ? { name: role, by: "told" } : (guesses[index] as RoleGuess);
    const name = guess.name ?? "unknown";
    const key = `${name} ${transport} ${server.address} ${server.port}`;
    let instance = servers.get(key);
    if (instance === undefined) {
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      instance = `${name}-${count}`;
      servers.set(key, instance);
    }
    const number = index + 1;
    return {
      conversation,
      guess,
      number,
      instance,
      id: `${instance}/${transport === "udp" ? "u" : "c"}${number}`,
    };
  });
}
