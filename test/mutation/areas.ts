/** Code whose tests are tested: each file with the tests that ought to notice a change in it. */

export interface Area {
  readonly name: string;
  /** Patterns of files, from the checkout. */
  readonly sources: readonly string[];
  /** Patterns of tests, in one process and without a daemon of their own. */
  readonly tests: readonly string[];
  /** Tests among them that take seconds: they find little that the others do not, and are run with `--slow`. */
  readonly slow?: readonly string[];
}

const socketTests = ["limits", "mid-file", "transfers", "held-loop"].map(
  (name) => `test/actors/${name}.test.ts`,
);

export const areas: readonly Area[] = [
  {
    name: "wire",
    sources: ["src/wire/*.ts"],
    tests: ["test/wire/*.test.ts", "test/token-comparison.test.ts"],
    slow: ["framer-properties", "every-split", "framer-cost", "python-float", "words-stand-once"].map(
      (name) => `test/wire/${name}.test.ts`,
    ),
  },
  {
    name: "stores",
    sources: ["src/stores/*.ts"],
    tests: ["test/stores/*.test.ts"],
    slow: ["two-daemons", "commands"].map((name) => `test/stores/${name}.test.ts`),
  },
  {
    name: "stories",
    sources: ["src/stories/*.ts"],
    tests: ["test/stories/*.test.ts"],
  },
  {
    name: "machines",
    sources: ["src/machines/*.ts"],
    // The clock's tests set a time zone, which wants a process of its own.
    tests: ["test/machines/!(clock).test.ts"],
  },
  {
    name: "outflow",
    sources: ["src/actors/outflow.ts", "src/actors/delivery.ts"],
    tests: ["test/actors/{outflow,delivery}.test.ts"],
  },
  {
    name: "connection",
    sources: ["connection*", "closing", "intake"].map((name) => `src/actors/${name}.ts`),
    tests: [
      "test/actors/{connection-*,intake,framing,gaps,client-endings,crashes,turns,stopping,sleeping}.test.ts",
      ...socketTests,
    ],
    // Their time goes into real seconds, and into megabytes.
    slow: socketTests,
  },
];
