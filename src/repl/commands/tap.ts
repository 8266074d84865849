import { z } from "zod";
import type { Entry, Story } from "../../actors/story.ts";
import { describeEntry } from "../../actors/story-text.ts";
import { duration } from "../../machines/_options.ts";
import { type Call, defineCommand } from "../command.ts";
import { entryDocument } from "../documents.ts";
import { selectInstances, selectStories, shortId } from "../selectors.ts";

const options = z.object({
  n: z.number().int().min(1).max(1_000_000).default(10_000).describe("stop after so many entries"),
  for: duration().default(3_600_000).describe("stop after this time, e.g. 30s"),
  rate: z
    .number()
    .int()
    .min(1)
    .max(100_000)
    .default(200)
    .describe("at most so many entries a second; the rest is counted"),
  showTokens: z.boolean().default(false).describe("show tokens as they are"),
});
type Options = z.output<typeof options>;

export default defineCommand({
  name: "tap",
  group: "connections",
  summary: "follows what happens, live, until Ctrl-C",
  args: [
    { name: "selector", summary: "only these", isOptional: true, isVariadic: true, completes: "selector" },
  ],
  options,
  example: "tap file-server --for 30s",
  run: (call) => new Tap(call).ended,
});

/** Bounded in count, time and rate, so that a firehose neither floods the reader nor slows the roles. */
class Tap {
  readonly ended: Promise<void>;
  readonly #call: Call<Options>;
  readonly #isWanted: (story: Story) => boolean;
  #shown = 0;
  #second = 0;
  #shownThisSecond = 0;
  #leftOut = 0;
  #stop: (why: string) => void = () => undefined;

  constructor(call: Call<Options>) {
    this.#call = call;
    this.#isWanted = wantedBy(call);
    this.ended = this.#follow();
  }

  #follow(): Promise<void> {
    const { lab, options, signal, isJson, err, rest } = this.#call;
    if (!isJson) err(`following ${rest.length > 0 ? rest.join(" ") : "everything"}; Ctrl-C ends it`);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#stop(`after ${options.for / 1_000} s`), options.for);
      const untap = lab.recorder.tap((story, entry) => this.#see(story, entry));
      this.#stop = (why) => {
        clearTimeout(timer);
        untap();
        this.#stop = () => undefined;
        this.#tellLeftOut();
        if (!isJson) err(`${this.#shown} entries shown; ended ${why}`);
        resolve();
      };
      if (signal.aborted) this.#stop("by Ctrl-C");
      else signal.addEventListener("abort", () => this.#stop("by Ctrl-C"), { once: true });
    });
  }

  #see(story: Story, entry: Entry): void {
    if (!this.#isWanted(story)) return;
    const second = Math.floor(entry.at / 1_000);
    if (second !== this.#second) {
      this.#tellLeftOut();
      this.#second = second;
      this.#shownThisSecond = 0;
    }
    if (this.#shownThisSecond >= this.#call.options.rate || this.#call.isBehind) {
      this.#leftOut += 1;
      return;
    }
    this.#shownThisSecond += 1;
    this.#shown += 1;
    this.#show(story, entry);
    if (this.#shown >= this.#call.options.n) this.#stop(`after ${this.#shown} entries (--n)`);
  }

  #show(story: Story, entry: Entry): void {
    const { isJson, data, out, style, columns, options } = this.#call;
    if (isJson) return data({ connection: story.subject.id, ...entryDocument(entry, story, options) });
    const time = new Date(entry.at).toISOString().slice(11, 23);
    const line = `${time} ${story.subject.instance}/${shortId(story).padEnd(4)} ${describeEntry(entry, story.subject, options)}`;
    const cut = line.length > columns ? `${line.slice(0, columns - 1)}…` : line;
    out(entry.kind === "transition" || entry.kind === "message" ? style.dim(cut) : cut);
  }

  #tellLeftOut(): void {
    if (this.#leftOut > 0 && !this.#call.isJson)
      this.#call.err(`${this.#leftOut} entries left out: more than are shown a second (--rate)`);
    this.#leftOut = 0;
  }
}

/** A role may be tapped before anybody connects; connections that come later belong to it too. */
function wantedBy({ lab, rest }: Call<Options>): (story: Story) => boolean {
  const tests = rest.map((term): ((story: Story) => boolean) => {
    if (/^(state|addr|label)=/.test(term) || /^(.+\/)?[cu]\d+$/.test(term) || term === "@last") {
      if (term.startsWith("state=")) return (story) => story.state === term.slice(6);
      if (term.startsWith("addr=")) return ({ subject }) => subject.remote.address === term.slice(5);
      if (term.startsWith("label=")) return ({ subject }) => subject.label === term.slice(6);
      const chosen = new Set(selectStories(lab, [term]));
      return (story) => chosen.has(story);
    }
    const ids = new Set(selectInstances(lab, [term]).map(({ id }) => id));
    return ({ subject }) => ids.has(subject.instance);
  });
  return (story) => tests.every((test) => test(story));
}
