/** Vitest while mutants are tried: the tests of one area, in one worker, each file with modules of its own. */
import { defineConfig, mergeConfig } from "vitest/config";
import config from "../../vitest.config.ts";

const listed = (name: string) => (process.env[name] ?? "").split(" ").filter((one) => one !== "");
const { test, ...rest } = config;
const { projects: _projects, ...shared } = test ?? {};

export default mergeConfig(
  { ...rest, test: shared },
  defineConfig({
    // Stryker's copy of the checkout, and not this folder of it.
    root: process.cwd(),
    test: {
      include: listed("NETLAB_MUTATE_TESTS"),
      exclude: listed("NETLAB_MUTATE_WITHOUT"),
      maxWorkers: 1,
      // One that ends outside of a test would end the worker too, three times over; the tests have to say it.
      onUnhandledError: () => false,
      // Mutated code is slower, and a machine with mutants is never quiet.
      testTimeout: 60_000,
    },
  }),
);
