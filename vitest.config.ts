import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts"],
    // Tests that start daemons share two processors; a slow machine is no failure.
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
