/** Tools that `t` has on either side. */
import { setTimeout as sleep } from "node:timers/promises";
import { Chance } from "./chance.ts";
import { octets } from "./octets.ts";
import { patience } from "./patience.ts";
import type { Scene } from "./scene.ts";
import { ANSWER_MS, type Waiting } from "./tester.ts";
import { TimeLeft } from "./time-left.ts";
import { CheckFailure, CheckSkip } from "./verdict.ts";

const LOOK_MS = 10;

type Found = { readonly expected?: string | Uint8Array; readonly got?: string | Uint8Array };

export abstract class CaseTester extends Chance {
  protected readonly scene: Scene;

  constructor(scene: Scene) {
    super(scene.chance.seed);
    this.scene = scene;
  }

  get words() {
    return this.scene.stage.words;
  }

  names(word: string): boolean {
    return this.scene.stage.names(word);
  }

  get registered() {
    return this.scene.stage.registered;
  }

  remark(text: string): void {
    this.scene.remark(text);
  }

  skip(why: string): never {
    throw new CheckSkip(why);
  }

  fail(message: string, { expected, got }: Found = {}): never {
    throw new CheckFailure(message, {
      expected: expected === undefined ? undefined : octets(expected),
      got: got === undefined ? undefined : octets(got),
    });
  }

  async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.scene.signal });
  }

  /** Nothing more will come about: waiting ends sooner. */
  protected isOver(): boolean {
    return false;
  }

  async until(
    message: string,
    holds: () => boolean | Promise<boolean>,
    { withinMs = ANSWER_MS }: Waiting = {},
  ): Promise<void> {
    const time = new TimeLeft(withinMs * patience());
    while (!(await holds())) {
      if (time.ms <= 0 || this.isOver()) throw new CheckFailure(message);
      await this.pause(LOOK_MS);
    }
  }
}
