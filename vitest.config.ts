import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Files that put another module in the place of one of ours, for all that are loaded with them. */
const replacing = ["test/actors/files-race.test.ts", "test/token-comparison.test.ts"];
/** Checks of whole programs, processes a role, corpora, ordeals: five seconds each, or more. `npm run test:long` makes these alone. */
const long = [
  "test/browser/attacks.test.ts",
  "test/browser/grades.test.ts",
  "test/browser/sessions.test.ts",
  "test/browser/views.test.ts",
  "test/check/absent-server-cases.test.ts",
  "test/check/built-otherwise.test.ts",
  "test/check/fairness.test.ts",
  "test/check/grade/mixed-class.test.ts",
  "test/check/other-styles.test.ts",
  "test/check/silence.test.ts",
  "test/check/verdicts.test.ts",
  "test/cluster/nats-election.test.ts",
  "test/cluster/nats-nodes.test.ts",
  "test/conformance/mutants.test.ts",
  "test/diagnoses/corpus.test.ts",
  "test/doctor/examination.test.ts",
  "test/doctor/from-afar.test.ts",
  "test/doctor/healthy.test.ts",
  "test/e2e/apart-awaits.test.ts",
  "test/e2e/apart-misdeeds.test.ts",
  "test/e2e/apart-registry.test.ts",
  "test/e2e/apart.test.ts",
  "test/e2e/background.test.ts",
  "test/e2e/capture-live.test.ts",
  "test/e2e/captured-commands.test.ts",
  "test/e2e/check-exit.test.ts",
  "test/e2e/class-big.test.ts",
  "test/e2e/class-killed.test.ts",
  "test/e2e/cluster-login.test.ts",
  "test/e2e/cluster.test.ts",
  "test/e2e/dev.test.ts",
  "test/e2e/faults.test.ts",
  "test/e2e/fetch.test.ts",
  "test/e2e/lab-roles.test.ts",
  "test/e2e/load.test.ts",
  "test/e2e/observe-socket.test.ts",
  "test/e2e/pack.test.ts",
  "test/e2e/sheets.test.ts",
  "test/e2e/taken-port.test.ts",
  "test/e2e/wrong-servers.test.ts",
  "test/onlooker/pairs.test.ts",
  "test/ops/service-manager.test.ts",
  "test/torture/short.test.ts",
];
/** Files with a part of that kind. */
const partlyLong = [
  "test/cluster/node-interleavings.test.ts",
  "test/cluster/replicated-interleavings.test.ts",
  "test/check/grade/made-class.test.ts",
  "test/check/matrix.test.ts",
];
const isLong = Boolean(process.env.NETLABD_LONG);

const source = (module: string) => fileURLToPath(new URL(`src/${module}.ts`, import.meta.url));

export default defineConfig({
  // A role of one's own imports from "netlabd"; in the checkout that is the source.
  resolve: {
    alias: [
      { find: /^netlabd$/, replacement: source("index") },
      { find: /^netlabd\/client$/, replacement: source("client") },
    ],
  },
  test: {
    // Modules are loaded once for many files, which halves the work; who replaces modules has his own.
    projects: [
      {
        extends: true,
        test: {
          name: "together",
          include: isLong ? [...long, ...partlyLong] : ["test/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: isLong ? [] : [...long, ...replacing],
          isolate: false,
        },
      },
      { extends: true, test: { name: "alone", include: isLong ? [] : replacing, isolate: true } },
    ],
    setupFiles: ["test/seeds.ts"],
    // Tests that start daemons share two processors; a slow machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // The end-to-end tests wait more than they work: two files at once, on two processors.
    maxWorkers: 2,
  },
});
