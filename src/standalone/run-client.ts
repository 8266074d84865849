/** A client role without a daemon: the same machine, the same run, told to one person. */

import { ClientRun } from "../actors/client-run.ts";
import { systemClock } from "../actors/clock.ts";
import { DescriptorBudget } from "../actors/descriptor-budget.ts";
import { localFiles } from "../actors/files.ts";
import { LocalHubs } from "../actors/local-hubs.ts";
import { surveyPort } from "../actors/port-survey.ts";
import { ProgramWatch } from "../actors/program-watch.ts";
import type { Environment } from "../actors/service.ts";
import { startedAgain } from "../catalogue/again-command.ts";
import { type InstanceOptions, parseOptions, roleOptions } from "../catalogue/instance-options.ts";
import { diagnose, type Incident } from "../diagnoses/table.ts";
import { Ids } from "../ids.ts";
import type { Role } from "../machines/_role.ts";
import type { Clock, Registry, Screen } from "../machines/_world.ts";
import { contextOf } from "../stories/editions.ts";
import type { EntryOf } from "../stories/entry.ts";
import { Recorder } from "../stories/recorder.ts";
import type { Entry, Story } from "../stories/story.ts";

import type { Outcome } from "./outcome.ts";

export interface ClientWatcher {
  /** Each entry of the story, as it happens. */
  readonly onEntry: (story: Story, entry: Entry) => void;
  /** Aborted by Ctrl-C: the machine is told to stop. */
  readonly signal: AbortSignal;
  /** User of a client: reads what the peer says, and speaks to it. */
  readonly screen?: Screen;
  readonly onOpen?: (run: ClientRun) => void;
  /** Time of the run, where it is not the machine's own. */
  readonly clock?: Clock;
}

/** Resolves to what it came to; rejects with what its machine threw. Throws where an option is wrong. */
export async function runClient(
  role: Role,
  given: Record<string, unknown>,
  { onEntry, signal, screen, onOpen, clock = systemClock }: ClientWatcher,
): Promise<Outcome> {
  const options = parseOptions(role, given);
  const recorder = new Recorder(clock);
  recorder.tap(onEntry);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const run = new ClientRun({
    id: role.name,
    label: undefined,
    role: () => role,
    options: roleOptions(role, options),
    common: options,
    preferredPort: 0,
    environment: environmentOf(recorder, clock),
    ...(screen ? { screen } : {}),
    onCrash: reject,
    onFinished: resolve,
  });
  const watch = new ProgramWatch({ recorder, clock, optionsOf: () => options });
  watch.start();
  await run.open();
  onOpen?.(run);
  signal.addEventListener("abort", () => void run.drain(500).then(() => run.close()), { once: true });
  const output = await promise.finally(() => watch.stop());
  const { story } = run;
  if (!story) throw new Error("a run that has ended has no story");
  const program = story.entries.findLast(({ kind }) => kind === "program") as EntryOf<"program"> | undefined;
  return { output, program, cards: diagnose(incidentOf(role, given, options, story)) };
}

/** As the daemon would judge it; a token stays hidden. */
function incidentOf(
  role: Role,
  given: Record<string, unknown>,
  options: InstanceOptions,
  story: Story,
): Incident {
  const { remote } = story.subject;
  const { redactor } = contextOf(story);
  return {
    story,
    role,
    options: options as unknown as Record<string, unknown>,
    given,
    host: remote.address,
    port: remote.port,
    again: startedAgain(role, given),
    live: undefined,
    redact: (bytes) => redactor?.redact(bytes) ?? { bytes, hidden: [] },
  };
}

function environmentOf(recorder: Recorder, clock: Clock): Environment {
  return {
    clock,
    random: Math.random,
    files: localFiles((root) => root, process.cwd()),
    registry: noRegistry,
    addressBook: { find: noDaemon },
    programs: { run: noDaemon },
    recorder,
    telemetry: () => undefined,
    surveyPort,
    descriptors: new DescriptorBudget({ limit: Number.POSITIVE_INFINITY, inUse: 0 }),
    hubs: new LocalHubs(),
    ids: new Ids(),
  };
}

const noDaemon = () => {
  throw new Error("a client without a daemon has no registry of its own");
};

const noRegistry: Registry = {
  version: 0,
  list: noDaemon,
  store: noDaemon,
  register: noDaemon,
  deregister: noDaemon,
  settled: noDaemon,
  watch: noDaemon,
};
