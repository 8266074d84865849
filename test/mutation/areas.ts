/** Code whose tests are tested: each file with the tests that ought to notice a change in it. */

export interface Area {
  readonly name: string;
  /** Patterns of files, from the checkout. */
  readonly sources: readonly string[];
  /** Patterns of tests, in one process and without a daemon of their own. */
  readonly tests: readonly string[];
  /** Tests among them that take seconds: they find little that the others do not, and are run with `--slow`. */
  readonly slow?: readonly string[];
  /** A process each, in place of a thread, for tests that change what all threads of a process share. */
  readonly pool?: "threads" | "forks";
}

/** A connection's life with real sockets and files; `link-play.ts` plays it without. */
const forReal = [
  "test/actors/{connection-files,framing,gaps,client-endings,crashes,turns,stopping,sleeping,limits,mid-file,transfers}.test.ts",
];

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
    tests: ["test/machines/*.test.ts"],
    // The clock's tests set the time zone.
    pool: "forks",
  },
  {
    name: "outflow",
    sources: ["src/actors/outflow.ts", "src/actors/delivery.ts"],
    tests: ["test/actors/{outflow,delivery}.test.ts"],
  },
  {
    name: "link",
    sources: ["src/link/tcp-link.ts"],
    tests: ["test/link/*.test.ts"],
  },
  {
    name: "connection",
    sources: ["connection*", "closing", "intake"].map((name) => `src/actors/${name}.ts`),
    tests: ["test/actors/{connection-*,intake}.test.ts", ...forReal],
    slow: forReal,
  },
];
