/** A role's dialogue as a family plays it: turns of a client with the answers to each, at a server that is checked. */
import { type Dialogue, linesFor } from "../../machines/_dialogue.ts";
import type { Role } from "../../machines/_role.ts";
import { patience } from "../patience.ts";
import type { ServerTester, TestConnection, Waiting } from "../tester.ts";
import { CheckFailure } from "../verdict.ts";

/** After a first client that was not greeted, the next ones of a case wait no longer than this. */
const UNGREETED_MS = 100;
const ungreeting = new WeakSet<ServerTester>();
const greeting = new WeakSet<ServerTester>();

export interface Turn {
  readonly says: string;
  readonly answers: readonly string[];
  /** This server answers it in words of its own: any answer will do. */
  readonly isInOwnWords?: boolean;
}

/** Source of the families of a role. */
export interface Dialogues {
  readonly role: Role;
  readonly dialogue: (t: ServerTester) => Dialogue;
}

export class Talk {
  readonly greeting: readonly string[];
  readonly turns: readonly Turn[];
  readonly closes: boolean;
  /** Others of the room may be told of between its own answers. */
  readonly isAmongOthers: boolean;
  readonly #t: ServerTester;

  /** Each has a name and values of its own. */
  constructor(t: ServerTester, { role, dialogue }: Dialogues) {
    const drawn = dialogue(t);
    const turns: { says: string; answers: string[] }[] = [];
    const greeting: string[] = [];
    for (const line of linesFor(drawn, t.word(8)))
      if ("client" in line) turns.push({ says: line.client, answers: [] });
      else (turns.at(-1)?.answers ?? greeting).push(line.server);
    const { closesAfter } = t.usual ?? {};
    this.greeting = greeting;
    this.turns = turns.slice(0, closesAfter === undefined ? turns.length : closesAfter + 1).map(asUsual(t));
    this.closes = drawn.closes === true && closesAfter === undefined;
    this.isAmongOthers = role.hub !== undefined;
    this.#t = t;
  }

  /** The program was started here, and it can be seen whether it is through with a turn. */
  get isSeen(): boolean {
    return this.#t.program !== undefined;
  }

  /** Turns without the one after which the server closes. */
  get openTurns(): number {
    return this.closes ? this.turns.length - 1 : this.turns.length;
  }

  /** Turn after which the server closes, unless it is all that is asked: with which words, and whether, is the case of its own rule. */
  get #farewell(): Turn | undefined {
    const isTheQuestion = this.question === this.turns.length - 1;
    return this.closes && !isTheQuestion ? this.turns.at(-1) : undefined;
  }

  /** Place of the last turn that has an answer and closes nothing, or else of one that closes; -1: there is none. */
  get question(): number {
    const isAnswered = ({ answers }: Turn) => answers.length > 0;
    const open = this.turns.slice(0, this.openTurns).findLastIndex(isAnswered);
    return open < 0 ? this.turns.findLastIndex(isAnswered) : open;
  }

  async open(family?: 4 | 6): Promise<TestConnection> {
    const c = await this.#t.connect(family ? { family } : {});
    if (this.greeting.length > 0) await this.#greeted(c);
    return c;
  }

  /** A greeting that lacks, or is another, fails the case that is about it, and no family; one that only the first client has does. */
  async #greeted(c: TestConnection): Promise<void> {
    const waiting = ungreeting.has(this.#t) ? { withinMs: UNGREETED_MS } : undefined;
    try {
      await this.hears(c, this.greeting, waiting);
      greeting.add(this.#t);
    } catch (cause) {
      if (!(cause instanceof CheckFailure) || c.closing !== undefined || greeting.has(this.#t)) throw cause;
      ungreeting.add(this.#t);
      if (c.unread.length > 0) await c.message();
    }
  }

  /** The turns from one place to another, the latter left out. `say`: another way to send a message. */
  async play(c: TestConnection, from = 0, to = this.turns.length, say?: Say): Promise<void> {
    for (const turn of this.turns.slice(from, to)) {
      if (say) await say(c, turn.says);
      else c.say(turn.says);
      if (turn !== this.#farewell) await this.hearsAnswer(c, turn);
    }
  }

  /** The answers to a turn; of a turn that has none, the server is through with it. */
  async hearsAnswer(c: TestConnection, turn: Turn): Promise<void> {
    await (turn.answers.length > 0 ? this.hearsAnswers(c, [turn]) : c.settled());
  }

  /** Of several turns, one after another. */
  async hearsAnswers(c: TestConnection, turns: readonly Turn[]): Promise<void> {
    const due = turns.filter(({ isInOwnWords }) => !isInOwnWords).flatMap(({ answers }) => answers);
    if (due.length > 0) await this.hears(c, due);
    else if (turns.some(({ isInOwnWords }) => isInOwnWords)) await c.message();
  }

  async hears(c: TestConnection, texts: readonly string[], waiting?: Waiting): Promise<void> {
    if (texts.length === 0) return;
    if (this.isAmongOthers) for (const text of texts) await c.hears(text.trim(), waiting);
    else await c.like(texts, { ...waiting, amid: true });
  }

  /** All of it on a connection of its own. */
  async whole(say?: Say, family?: 4 | 6): Promise<void> {
    const c = await this.open(family);
    await this.play(c, 0, this.turns.length, say);
    await hangUp(c);
  }
}

const asUsual =
  ({ usual }: ServerTester) =>
  (turn: Turn, index: number): Turn => {
    const kind = usual?.turns.get(index);
    if (kind === "none") return { ...turn, answers: [] };
    return kind === "other" ? { ...turn, isInOwnWords: true } : turn;
  };

const HANG_UP_MS = 300;

/** Leaves as a person's client does, with its FIN first: a server that a reset ends fails the case of that alone. */
export async function hangUp(c: TestConnection, withinMs = HANG_UP_MS): Promise<void> {
  c.fin();
  await c.ends({ withinMs }).catch(() => undefined);
  c.reset();
}

const ENDS_MS = 100;
const LOOK_MS = 5;

/** A client leaves, and another one comes: a server that ends when one leaves fails the case of that alone. */
export async function inPeace(t: ServerTester, leave: () => Promise<unknown>): Promise<void> {
  const { program } = t;
  const wasThere = program !== undefined && program.exit === undefined;
  await leave();
  const deadline = performance.now() + ENDS_MS * patience();
  // Leaving goes out in the loop's next turn: a program that waits before that waits for just this.
  do await t.pause(LOOK_MS);
  while (wasThere && !program.exit && performance.now() < deadline && !(await program.isWaiting()));
  if (wasThere && program.exit) t.skip("the server ends when a client leaves: see FRAME-8.survives-hangup");
}

export type Say = (c: TestConnection, text: string) => Promise<void> | void;
