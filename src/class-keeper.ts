/** The class of a daemon, made when a lab file first has one: its code, and what it costs, is loaded then. */
import type { Admission } from "./actors/admission.ts";
import type { DescriptorBudget } from "./actors/descriptor-budget.ts";
import type { ClassParts } from "./class/class-lab.ts";
import { messageOf } from "./errors.ts";
import { LabClass } from "./lab/lab-class.ts";
import type { Log } from "./log.ts";
import type { Clock } from "./machines/_world.ts";
import type { LabDatabase } from "./stores/database.ts";
import type { Story } from "./stories/story.ts";
import type { Judged } from "./stories/verdict.ts";

export interface ClassKeeperParts extends Omit<ClassParts, "store" | "now" | "warn" | "remembered"> {
  readonly database: LabDatabase;
  readonly dataFolder: string;
  readonly portOffset: number;
  readonly clock: Clock;
  readonly descriptors: DescriptorBudget;
  /** Asked of each new peer from then on. */
  readonly admission: Admission;
  readonly log: Log;
  /** Loads what judging wants. */
  readonly prepare: () => Promise<void>;
  /** Judge of a story of an earlier run. */
  readonly judgedAgain: (story: Story) => Judged;
}

export function openClasses(parts: ClassKeeperParts): LabClass {
  const { database, dataFolder, portOffset, clock, descriptors, admission, log } = parts;
  const now = () => clock.now();
  return new LabClass({
    database,
    dataFolder,
    portOffset,
    now,
    descriptors,
    say: (sentence) => log.logger.info(sentence),
    make: async () => {
      const { ClassLab } = await import("./class/class-lab.ts");
      const { openClass } = await import("./stores/class.ts");
      const warn = (error: unknown) => log.logger.warn(messageOf(error));
      const remembered: ClassParts["remembered"] = async (lab, labels) => {
        const { rememberedOf } = await import("./class-memory.ts");
        const { prepare, judgedAgain } = parts;
        return rememberedOf({ database, lab, labels, prepare, judgedAgain });
      };
      const made = new ClassLab({ ...parts, store: openClass(database), remembered, now, warn });
      admission.gate = made;
      return made;
    },
  });
}
