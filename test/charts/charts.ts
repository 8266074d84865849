/** Every chart that netlabd comes with, and one with all that a statechart may have. */
import path from "node:path";
import { setup } from "xstate";
import { supervisionMachine } from "../../src/actors/supervision.ts";
import { scanRoles } from "../../src/catalogue/role-folder.ts";
import { type Chart, chartOf } from "../../src/charts/chart.ts";
import { registrarMachine } from "../../src/machines/_registrar.ts";

/** Nested states, a parallel one, a history, timers, guards, a wildcard, a jump out of the depth. */
const nestedMachine = setup({
  guards: { isOk: () => true },
  actions: { noteIt: () => undefined },
}).createMachine({
  id: "nested",
  initial: "idle",
  states: {
    idle: { on: { go: "working", play: "playing", "*": { actions: "noteIt" } } },
    working: {
      initial: "beginning",
      on: { stop: "idle", reset: ".beginning" },
      onDone: "over",
      states: {
        beginning: { on: { next: "deep" }, after: { 1000: "finished" } },
        deep: {
          initial: "a",
          states: {
            a: { on: { x: "b", out: "#nested.over" } },
            b: { type: "final" },
            before: { type: "history" },
          },
          onDone: "finished",
        },
        finished: { type: "final" },
      },
    },
    playing: {
      type: "parallel",
      on: { stop: "over" },
      states: {
        sound: {
          initial: "on",
          states: { on: { on: { mute: { target: "off", guard: "isOk" } } }, off: { on: { mute: "on" } } },
        },
        picture: { initial: "bright", states: { bright: { on: { dim: "dark" } }, dark: {} } },
      },
    },
    over: { type: "final" },
  },
});

export const nestedChart = chartOf(nestedMachine, {});

const roles = await scanRoles(path.join(import.meta.dirname, "../../src/machines"));

export const charts: ReadonlyMap<string, Chart> = new Map([
  ...[...roles.values()].map((role) => [role.name, chartOf(role.machine, role)] as const),
  ["supervisor", chartOf(supervisionMachine, {})],
  ["registrar", chartOf(registrarMachine, {})],
  ["nested", nestedChart],
]);
