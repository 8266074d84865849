/** Story of one side, judged as any other: up to where it was followed. */
import { startedAgain } from "../catalogue/again-command.ts";
import { parseOptions } from "../catalogue/instance-options.ts";
import { type Card, type Incident, type Judgement, judge } from "../diagnoses/table.ts";
import type { Role } from "../machines/_role.ts";
import { contextOf } from "../stories/editions.ts";
import type { LiveView } from "../stories/live-view.ts";
import type { Story } from "../stories/story.ts";
import type { Followed } from "./_followed.ts";
import { begunOf } from "./_restored.ts";
import type { SeenConversation } from "./conversation.ts";

/** Story of one side, and what is found in it. */
export interface SideLook {
  readonly story: Story;
  /** Undefined: not known. */
  readonly role: Role | undefined;
  readonly live: LiveView | undefined;
  /** Mistakes of the other side: the server's story tells of its client. */
  readonly cards: readonly Card[];
  readonly judgement: Judgement;
  /** Options as they are assumed. */
  readonly given: Readonly<Record<string, unknown>>;
}

export function sideLook(
  followed: Followed,
  role: Role,
  { server: at }: SeenConversation,
  given: Readonly<Record<string, unknown>>,
  beside: Pick<Incident, "others" | "unexplained"> = {},
): SideLook {
  const { live, stopped } = followed;
  const judgement = judge({ ...incidentOf(followed, role, at, given), ...beside });
  return {
    story: followed.story,
    role,
    live,
    judgement,
    given,
    cards: stopped === "beginning" ? [] : judgement.cards,
  };
}

/** Up to where it was followed: what came after is no evidence. */
function incidentOf(
  followed: Followed,
  role: Role,
  { address: host, port }: { readonly address: string; readonly port: number },
  given: Readonly<Record<string, unknown>>,
): Incident {
  const { story, live, stopped } = followed;
  const { redactor } = contextOf(story);
  const isWhole = stopped === undefined;
  const nowhere: LiveView = {
    framing: story.framing,
    unread: Buffer.alloc(0),
    unreadBytes: 0,
    queuedBytes: 0,
    stillMs: stopped === "left" ? followed.stillMs : 0,
  };
  const where = role.side === "client" ? { host, port } : {};
  return {
    story: isWhole ? story : begunOf(followed),
    role,
    options: optionsOf(role, { ...where, ...given }),
    given,
    host,
    port,
    again: startedAgain(role, { ...where, ...given }),
    live: isWhole ? live : nowhere,
    redact: (bytes) => (redactor ? redactor.redact(bytes) : { bytes, hidden: [] }),
  };
}

function optionsOf(role: Role, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return parseOptions(role, given) as unknown as Readonly<Record<string, unknown>>;
  } catch {
    // A client's own words - an address, a file - are no options that anybody can know.
    return {};
  }
}

/** The same of a client whose role is not known: what its bytes alone, and an onlooker's own findings, tell. */
export function rolelessSide(
  story: Story,
  { server }: SeenConversation,
  unexplained: Incident["unexplained"] = [],
): SideLook {
  const judgement = judge({
    story,
    role: undefined,
    options: {},
    given: {},
    host: server.address,
    port: server.port,
    again: "",
    live: undefined,
    redact: (bytes) => ({ bytes, hidden: [] }),
    unexplained,
  });
  return { story, role: undefined, live: undefined, cards: judgement.cards, judgement, given: {} };
}
