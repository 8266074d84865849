/** Judge of all stories: a live one when it is asked for, an ended one once, when there is time for it. */
import { startedAgain } from "./catalogue/again-command.ts";
import type { Incident } from "./diagnoses/table.ts";
import type { Lab } from "./lab/lab.ts";
import { contextOf, roleOf } from "./stories/editions.ts";
import { lastViewOf } from "./stories/kept-story.ts";
import type { LiveView } from "./stories/live-view.ts";
import type { Recorder } from "./stories/recorder.ts";
import type { Leg, Story } from "./stories/story.ts";
import { type Judged, type StoryJudge, verdictOf, WAITING_MS } from "./stories/verdict.ts";

type Diagnoses = Pick<typeof import("./diagnoses/table.ts"), "judge">;

/** Questions to the lab to judge by. */
type Circumstances = Pick<Lab, "find" | "roles" | "stories">;

/** Role and options are the instance's; where it is gone, the role of that name and what the story knows. */
export function incidentOf(
  lab: Circumstances,
  story: Story,
  live: LiveView | undefined,
  { showTokens }: { readonly showTokens?: boolean | undefined } = {},
): Incident {
  const { subject } = story;
  const { redactor } = contextOf(story, lab.roles);
  const instance = lab.find(subject.instance);
  const role = roleOf(story, lab.roles) ?? (instance && lab.roles.get(instance.type));
  const isServer = role?.side === "server";
  const options = (instance?.options ?? {}) as unknown as Record<string, unknown>;
  const [host = "localhost"] = instance?.hosts ?? [];
  return {
    story,
    role,
    options,
    given: instance?.given ?? {},
    host: isServer ? host : subject.remote.address,
    port: isServer ? (instance?.port ?? (subject.local.port || role.port)) : subject.remote.port,
    again: role ? startedAgain(role, instance?.given ?? {}) : `netlabctl explain ${subject.id}`,
    live,
    others: () => lab.stories().filter((other) => isBeside(other, story)),
    redact: (bytes) => (redactor && !showTokens ? redactor.redact(bytes) : { bytes, hidden: [] }),
  };
}

/** Of the same instance, and no question of our own. */
const isBeside = ({ subject }: Story, { subject: { id, instance } }: Story) =>
  subject.instance === instance && subject.id !== id && subject.isInternal !== true;

export interface JudgeParts {
  readonly recorder: Recorder;
  readonly lab: () => Circumstances & Pick<Lab, "liveView" | "reportFault">;
  /** An ended story has been judged. */
  readonly onJudged?: (story: Story) => void;
  /** A live story that is still has been judged. */
  readonly onLooked?: (story: Story) => void;
  /** Looks at what went through a proxy, as one conversation; undefined: it is told and not judged. */
  readonly pairs?: (client: Story, server: Story) => Promise<Readonly<Record<Leg, Judged>> | undefined>;
  /** For tests. */
  readonly load?: () => Promise<Diagnoses>;
  /** Whether the thread has much else to do, since it was asked last; the event loop tells, if nothing else is given. */
  readonly isBusy?: () => boolean;
}

/** After the last end: what belongs together has often ended by then. */
const IDLE_MS = 250;
/** Of one turn, and how long the others have the thread before the next. */
const SLICE_MS = 4;
const PAUSE_MS = 20;
/** The thread has hardly a moment to itself: then judging is a fortieth of what it does, however many conversations end. */
const BUSY = 0.5;
const BUSY_PAUSE_MS = 160;
/** At the daemon's end. */
const SETTLE_MS = 200;
/** Stories that may wait to be judged; of more, the oldest are judged when they are asked for. */
const MAX_WAITING = 5_000;
const NOTHING_FOUND: Omit<Judged, "verdict"> = { cards: [], turn: "nobody" };
/** Silences at which something more can be said of a live connection. */
const SILENCES_MS = [2_000, 5_000, 10_000, 30_000];

/** The diagnoses are a sixth of the daemon's code, and a start does without them: see `open`. */
export class Judge implements StoryJudge {
  readonly #parts: JudgeParts;
  #opening: Promise<void> | undefined;
  /** Undefined before `open` is done; null where they are gone. */
  #diagnoses: Diagnoses | null | undefined;
  /** Ended ones, in the order in which they ended. */
  readonly #waiting = new Set<Story>();
  /** Live ones, with what their judgement rests on. */
  readonly #live = new WeakMap<Story, { readonly moment: string; readonly judged: Judged }>();
  /** Most stories are judged the same: they share it. */
  readonly #shared = new Map<string, Judged>();
  readonly #isBusy: () => boolean;
  /** Connections of proxies whose pair has been judged, or is being. */
  readonly #pairs = new WeakSet<Story>();
  #timer: NodeJS.Timeout | undefined;
  #hasFailed = false;
  #isSettled = false;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
    this.#isBusy = parts.isBusy ?? busyLoop();
    parts.recorder.watch((story) => this.#hear(story));
  }

  /** Loads the diagnoses, once; to be awaited before anybody is judged. Never rejects. */
  open(): Promise<void> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async #open(): Promise<void> {
    const { load = () => import("./diagnoses/table.ts"), lab } = this.#parts;
    try {
      this.#diagnoses = await load();
    } catch (error) {
      // A daemon whose program was replaced beneath it goes on with its peers: its verdicts rest on what the stories say themselves.
      this.#diagnoses = null;
      lab().reportFault(
        error,
        "no mistakes are found: the program files were replaced while the daemon ran; restart it",
      );
    }
  }

  /** Throws before `open` is done. */
  judged(story: Story): Judged {
    if (story.judged) return story.judged;
    const { lab, onJudged } = this.#parts;
    const live = lab().liveView(story.subject.id);
    if (story.endedAt === undefined) return this.#judgedLive(story, live);
    story.judged = this.#judge(story, lastViewOf(story));
    // Of a proxy's, the pair is still to be looked at.
    if (!story.subject.leg) this.#waiting.delete(story);
    onJudged?.(story);
    return story.judged;
  }

  /** Of a story that the journal tells: it is judged, and no news to those who hear of verdicts. Throws before `open` is done. */
  judgedAgain(story: Story): Judged {
    story.judged ??= this.#judge(story, lastViewOf(story));
    return story.judged;
  }

  #judgedLive(story: Story, live: LiveView | undefined): Judged {
    const silence = SILENCES_MS.filter((ms) => (live?.stillMs ?? 0) >= ms).length;
    const moment = `${story.length} ${story.bytesIn} ${story.bytesOut} ${silence} ${live?.queuedBytes}`;
    const known = this.#live.get(story);
    if (known?.moment === moment) return known.judged;
    const judged = this.#judge(story, live);
    this.#live.set(story, { moment, judged });
    if (live && silence > 0) this.#keepLook(story, live);
    return judged;
  }

  #keepLook(story: Story, { stillMs, unreadBytes, queuedBytes }: LiveView): void {
    const { length, waitsFor } = story;
    story.look = { length, stillMs, unreadBytes, queuedBytes, waitsFor };
    this.#parts.onLooked?.(story);
  }

  /** A finder that throws is a fault of ours: it costs its card, not the list of all connections. */
  #judge(story: Story, live: LiveView | undefined): Judged {
    const lab = this.#parts.lab();
    const diagnoses = this.#diagnoses;
    if (diagnoses === undefined)
      throw new Error(`${story.subject.id} is to be judged before the diagnoses are loaded`);
    if (diagnoses === null) return this.#sharedOf(NOTHING_FOUND, story, live);
    try {
      const { cards, silence } = diagnoses.judge(incidentOf(lab, story, live));
      const names = cards.map(({ id, level, title }) => ({ id, level, title }));
      const wasGivenUp = silence.isOver && silence.whose === "theirs" && silence.ms >= WAITING_MS;
      const found = { cards: names, turn: silence.whose, wasGivenUp };
      return this.#sharedOf(found, story, live);
    } catch (error) {
      if (!this.#hasFailed) lab.reportFault(error, `cannot judge ${story.subject.id}`);
      this.#hasFailed = true;
      return this.#sharedOf(NOTHING_FOUND, story, live);
    }
  }

  #sharedOf(found: Omit<Judged, "verdict">, story: Story, live: LiveView | undefined): Judged {
    const judged = { ...found, verdict: verdictOf(story, live, found) };
    const key = `${judged.verdict} ${judged.turn} ${judged.wasGivenUp ?? false} ${found.cards.map(({ id, level }) => id + level)}`;
    const known = this.#shared.get(key) ?? judged;
    this.#shared.set(key, known);
    return known;
  }

  /** The daemon ends: what waits is judged now, as far as a moment goes, and the timer stops. */
  async settle(): Promise<void> {
    if (this.#waiting.size > 0) await this.open();
    this.#work(SETTLE_MS);
    this.#isSettled = true;
    clearTimeout(this.#timer);
  }

  #hear(story: Story): void {
    if (story.endedAt === undefined || story.subject.isInternal || this.#isSettled) return;
    this.#waiting.add(story);
    if (this.#waiting.size > MAX_WAITING)
      for (const oldest of this.#waiting) return void this.#waiting.delete(oldest);
    this.#later(IDLE_MS);
  }

  #later(ms: number): void {
    this.#timer ??= setTimeout(() => void this.open().then(() => this.#work()), ms).unref();
  }

  #work(sliceMs = SLICE_MS): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const until = performance.now() + sliceMs;
    for (const story of this.#waiting) {
      if (performance.now() >= until) return this.#later(this.#isBusy() ? BUSY_PAUSE_MS : PAUSE_MS);
      this.#waiting.delete(story);
      this.judged(story);
      if (story.subject.leg) void this.#judgePair(story);
    }
  }

  /** Both connections of a proxy's pair, once both have ended: whose mistake it is takes both to tell. */
  async #judgePair(story: Story): Promise<void> {
    const { recorder, pairs, onJudged, lab } = this.#parts;
    const { leg, pair = "" } = story.subject;
    const other = recorder.find(pair);
    if (!pairs || other?.endedAt === undefined || this.#pairs.has(other)) return;
    this.#pairs.add(story);
    const [client, server] = leg === "client" ? [story, other] : [other, story];
    try {
      const judged = await pairs(client, server);
      if (!judged) return;
      client.judged = judged.client;
      server.judged = judged.server;
      onJudged?.(client);
      onJudged?.(server);
    } catch (error) {
      lab().reportFault(error, `cannot judge ${story.subject.id}`);
    }
  }
}

function busyLoop(): () => boolean {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization > BUSY;
  };
}
