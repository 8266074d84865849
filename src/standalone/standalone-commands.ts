/** All commands that need no daemon, by name. Loaded only when one of them is wanted. */

import capturedConns from "./captured-conns.ts";
import { capturedDrawings } from "./captured-drawings.ts";
import capturedExplain from "./captured-explain.ts";
import check from "./check.ts";
import completion from "./completion.ts";
import discover from "./discover.ts";
import dissector from "./dissector.ts";
import doctor from "./doctor.ts";
import fetch from "./fetch.ts";
import grade from "./grade.ts";
import installExtcap from "./install-extcap.ts";
import { labClients } from "./lab-clients.ts";
import register from "./register.ts";
import restore from "./restore.ts";
import run from "./run.ts";
import type { StandaloneCommand } from "./standalone-command.ts";

export const standalone: ReadonlyMap<string, StandaloneCommand> = new Map(
  [
    discover,
    fetch,
    register,
    ...labClients,
    check,
    doctor,
    grade,
    dissector,
    completion,
    run,
    restore,
    installExtcap,
    capturedConns,
    capturedExplain,
    ...capturedDrawings,
  ].map((command) => [command.name, command]),
);
