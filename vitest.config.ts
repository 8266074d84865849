import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

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
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    // Checks of whole programs, which take half a minute each: `npm run test:long`.
    exclude: process.env.NETLABD_LONG ? [] : ["test/check/verdicts.test.ts", "test/check/fairness.test.ts"],
    // Tests that start daemons share two processors; a slow machine is no failure.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // The end-to-end tests wait more than they work: two files at once, on two processors.
    maxWorkers: 2,
  },
});
