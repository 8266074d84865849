/**
 * Other labs on the same bus. Daemons are one lab where their lab files have one name: with another name each is a lab of its own, and
 * says nothing of it. All daemons hear one subject, and answer with the name of their lab.
 */
import { z } from "zod";
import type { Clock } from "../machines/_world.ts";
import type { Bus, BusMessage, Subject } from "./bus.ts";
import { decode, encode } from "./hub-wire.ts";

/** Of all labs on the bus. */
export const LABS_SUBJECT: Subject = "nl.labs";

const word = z.string().regex(/^[\w-]{1,100}$/);
const answerSchema = z.object({ lab: word, node: word });
/** Answers that are counted: more are no nodes. */
const MAX_ANSWERS = 10_000;

export interface OtherLab {
  readonly lab: string;
  readonly nodes: number;
}

export interface OtherLabsParts {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly lab: string;
  readonly node: string;
  /** Hears of a message that is none of these. */
  readonly onMalformed: (subject: Subject) => void;
}

export class OtherLabs {
  readonly #parts: OtherLabsParts;
  readonly #end: () => void;

  constructor(parts: OtherLabsParts) {
    this.#parts = parts;
    this.#end = parts.bus.subscribe(LABS_SUBJECT, (message) => this.#answer(message));
  }

  /** In the order of their names; those that answer within the time. */
  async look(ms: number): Promise<OtherLab[]> {
    const { bus, clock, lab: own } = this.#parts;
    const nodes = new Map<string, Set<string>>();
    let count = 0;
    const end = bus.ask(LABS_SUBJECT, encode({}), (data) => {
      const { data: answer } = answerSchema.safeParse(decode(data));
      count += 1;
      if (!answer || count > MAX_ANSWERS) return this.#parts.onMalformed(LABS_SUBJECT);
      const { lab, node } = answer;
      if (lab !== own) nodes.set(lab, (nodes.get(lab) ?? new Set()).add(node));
    });
    await new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
    end();
    return [...nodes]
      .map(([lab, there]) => ({ lab, nodes: there.size }))
      .toSorted((one, other) => (one.lab < other.lab ? -1 : 1));
  }

  close(): void {
    this.#end();
  }

  #answer({ respond }: BusMessage): void {
    const { lab, node } = this.#parts;
    respond?.(encode({ lab, node }));
  }
}
