/**
 * The class of a running daemon: who is in it, how each stands, who may come in, and what the instructor does. One a daemon; made for the
 * first lab file that has a class, and given each later reading of it.
 *
 * 1. `adopt` takes a plan and the instances that were made of it, and stores who has which place.
 * 2. The recorder tells of each story's beginning and end: the ledger keeps the account.
 * 3. On ports that are everybody's, a peer's own words say whose connection it is (identification.ts).
 * 4. The gate is asked of each new peer.
 *
 * Long, because who is in the class, the ledger and the gate are one state that each of its questions reads.
 */
import type { Role } from "../machines/_role.ts";
import type { ClassStore, StoredHint, StoredResult } from "../stores/class.ts";
import type { Recorder } from "../stories/recorder.ts";
import type { Story } from "../stories/story.ts";
import type { Judged } from "../stories/verdict.ts";
import { AddressCount } from "./address-count.ts";
import type { ClassInstance, ClassPlan } from "./class-file.ts";
import { ClassGate, type GateState, type Rejection } from "./class-gate.ts";
import { groupLabels, type Student } from "./class-plan.ts";
import { Identification } from "./identification.ts";
import { Ledger } from "./ledger.ts";
import type { RowsOptions, StudentRow } from "./student-row.ts";
import { type Found, valuesOf } from "./whose.ts";

export interface ClassParts {
  readonly store: ClassStore;
  readonly recorder: Pick<Recorder, "watch" | "tap" | "live" | "all">;
  readonly judged: (story: Story) => Judged;
  readonly roles: ReadonlyMap<string, Role>;
  /** Names that the peers of an instance have given, by connection. */
  readonly members: (
    instance: string,
  ) => readonly { readonly id: string; readonly name: string }[] | undefined;
  /** Conversations of earlier runs of a lab, by the labels of its students; the oldest first. */
  readonly remembered: (
    lab: string,
    labels: readonly string[],
  ) => Promise<readonly { readonly story: Story; readonly judged: Judged }[]>;
  readonly now: () => number;
  readonly warn: (error: unknown) => void;
}

/** Instances of a plan as they were made, in its order. */
export type Made = readonly { readonly id: string }[];

const GATE = "gate";
/** Read by questions in SQL too, which then show no id. */
const PSEUDONYMS = "pseudonyms";

export class ClassLab {
  readonly #parts: ClassParts;
  readonly #ledger: Ledger;
  readonly #gate: ClassGate;
  readonly #identification: Identification;
  readonly #byAddress = new AddressCount();
  #plan: ClassPlan | undefined;
  /** By the instance's id. */
  #instances = new Map<string, ClassInstance>();
  /** By both of a student's names, in lower case. */
  #students = new Map<string, Student>();
  #groupOf: ReadonlyMap<string, string> = new Map();
  #hints: readonly StoredHint[] = [];
  /** Lab whose earlier runs have been looked at. */
  #rememberedLab: string | undefined;
  #checks: ReadonlyMap<string, { readonly passed: number; readonly of: number }> = new Map();
  /** Of the last progress: what was made before it is stored with it. */
  #stored: Promise<void> = Promise.resolve();

  constructor(parts: ClassParts) {
    const { store, judged, roles, now, warn, recorder } = parts;
    this.#parts = parts;
    this.#ledger = new Ledger({
      judged,
      roles,
      now,
      onProgress: (progress) => {
        this.#stored = store.saveProgress(this.name, progress).catch(warn);
      },
    });
    this.#gate = new ClassGate({
      now,
      isOfClass: (instance) => this.#instances.has(instance),
      openOf: ({ subject: { label, remote } }) => ({
        ofStudent: label === undefined ? 0 : this.#ledger.openOf(label),
        ofAddress: this.#byAddress.of(remote.address),
      }),
    });
    this.#identification = new Identification({
      recorder,
      members: parts.members,
      identityOf: (instance) => this.#instances.get(instance)?.identify,
      find: (name) => this.#students.get(name.toLowerCase()),
      onIdentified: (story) => this.#ledger.hear(story),
    });
    recorder.watch((story) => this.#hear(story));
    this.#gate.state = JSON.parse(store.setting(GATE) ?? '{"isFrozen":false,"openUntil":0}') as GateState;
  }

  /** Name of the lab. */
  get name(): string {
    return this.#plan?.lab ?? "";
  }

  get plan(): ClassPlan | undefined {
    return this.#plan;
  }

  /** In the order of their places. */
  get students(): readonly Student[] {
    return this.#plan?.students ?? [];
  }

  get groups(): readonly string[] {
    return this.#plan?.groupPlaces.map(({ name }) => name) ?? [];
  }

  /** Place of an instance in the class; undefined: it is none of the class's. */
  kindOf(instance: string): ClassInstance["kind"] | undefined {
    return this.#instances.get(instance)?.kind;
  }

  /** Group of a student, or of what is one group's, by its label. */
  groupOf(label: string | undefined): string | undefined {
    return label === undefined ? undefined : this.#groupOf.get(label);
  }

  /** Undefined: the lab file, read again, is of no class any more. */
  async adopt(plan: ClassPlan | undefined, made: Made): Promise<void> {
    const { store } = this.#parts;
    this.#plan = plan;
    this.#instances = new Map(
      plan?.kinds.flatMap((kind, index) => {
        const id = made[index]?.id;
        return id === undefined ? [] : [[id, kind] as const];
      }) ?? [],
    );
    const students = plan?.students ?? [];
    this.#students = new Map(
      students.flatMap((student) =>
        [student.login, student.pseudonym, student.id].flatMap((name) =>
          name === undefined ? [] : [[name.toLowerCase(), student] as const],
        ),
      ),
    );
    this.#identification.listen(plan?.kinds.some(({ identify }) => identify !== "port") ?? false);
    this.#groupOf = new Map([
      ...[...groupLabels(plan?.groupPlaces ?? [])].map(([group, label]) => [label, group] as const),
      ...students.flatMap(({ shown, group }) => (group === undefined ? [] : [[shown, group] as const])),
    ]);
    this.#gate.adopt(plan?.settings ?? {});
    for (const { subject } of this.#parts.recorder.all()) subject.label = this.shownLabel(subject.label);
    this.#ledger.adopt(students, plan?.each.map(({ role }) => role) ?? [], store.progress(this.name));
    this.#hints = store.hints();
    this.#checks = store.checks();
    if (!plan) return;
    await store.set(PSEUDONYMS, plan.settings.pseudonyms ? "1" : undefined);
    await store.saveStudents(plan.rows, plan.groupPlaces);
    if (this.#rememberedLab !== plan.lab) await this.#remember(plan);
  }

  /** How each stood when the daemon ended. A journal that cannot be read is no reason not to start. */
  async #remember({ lab, students }: ClassPlan): Promise<void> {
    this.#rememberedLab = lab;
    const { remembered, warn } = this.#parts;
    // Labels may have been the ids then, and be pseudonyms now.
    const labels = students.flatMap(({ id, pseudonym }) => [id, pseudonym]);
    try {
      for (const { story, judged } of await remembered(lab, labels)) {
        story.subject.label = this.shownLabel(story.subject.label);
        this.#ledger.hear(story);
        this.#ledger.fold(story, judged);
      }
    } catch (error) {
      warn(error);
    }
  }

  #hear(story: Story): void {
    if (story.subject.isInternal) return;
    this.#byAddress.hear(story);
    if (story.endedAt !== undefined) this.#identification.onEnd(story);
    this.#ledger.hear(story);
  }

  /** An ended story has been judged. */
  onJudged(story: Story, judged: Judged): void {
    this.#ledger.fold(story, judged);
  }

  rejects(story: Story): Rejection | undefined {
    return this.#gate.rejects(story);
  }

  rows(how?: RowsOptions): StudentRow[] {
    return this.#ledger.rows(this.#checks, how);
  }

  /** By the roster's id, the pseudonym, or the name for signing in. */
  find(name: string): Student | undefined {
    return this.#students.get(name.toLowerCase());
  }

  /** Label of a story as screens show it now: it may have the student's other name, from before pseudonyms were switched on or off. */
  shownLabel(label: string | undefined): string | undefined {
    const student = label === undefined ? undefined : this.find(label);
    return student && (label === student.id || label === student.pseudonym) ? student.shown : label;
  }

  /** Results of checks were added. */
  onChecks(): void {
    this.#checks = this.#parts.store.checks();
  }

  /** Of each student the newest results of every role, a row a case. */
  results(): readonly StoredResult[] {
    return this.#parts.store.results();
  }

  // -- what the instructor does -----------------------------------------------------------------------------------------

  hints({ id }: Pick<Student, "id">): readonly StoredHint[] {
    return this.#hints.filter(({ student }) => student === id);
  }

  async hint({ id }: Pick<Student, "id">, card: string, text: string): Promise<StoredHint> {
    const hint = await this.#parts.store.addHint({ student: id, card, text, at: this.#parts.now() });
    this.#hints = [...this.#hints, hint];
    return hint;
  }

  /** Once all progress that was made so far is on disk. */
  stored(): Promise<void> {
    return this.#stored;
  }

  get gate(): GateState {
    return this.#gate.state;
  }

  async setGate(state: GateState): Promise<void> {
    await this.#parts.store.set(GATE, JSON.stringify(state));
    this.#gate.state = state;
  }

  /** Students whose value this is, or part of it. */
  async who(value: string, signal?: AbortSignal): Promise<readonly Found[]> {
    return this.#plan ? valuesOf(this.#plan, value, signal) : [];
  }

  /** Removes what is kept of a student who is no longer in the roster. */
  async forget(id: string): Promise<void> {
    await this.#parts.store.forget(id);
    this.#hints = this.#parts.store.hints();
  }

  /** A student whom the roster no longer has, by either name. */
  former(name: string): { readonly id: string; readonly pseudonym: string } | undefined {
    const folded = name.toLowerCase();
    return this.#parts.store
      .students()
      .find(
        ({ id, pseudonym, leftAt }) =>
          leftAt !== null && (id.toLowerCase() === folded || pseudonym === folded),
      );
  }
}
