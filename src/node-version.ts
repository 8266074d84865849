/** The check before everything else: a Node that is too old must read one sentence, not a crash of native code. */

const MAJOR = 22;
const MINOR = 12;

/** Ends the process with 2 where this Node is too old. Imports nothing, so that nothing can fail before it. */
export function requireNode(program: string, version: string = process.versions.node): void {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return;
  process.stderr.write(
    `${program} needs Node ${MAJOR}.${MINOR} or later and this is Node ${version}: in a checkout use npm start or npx ${program}, elsewhere install a newer Node from nodejs.org\n`,
  );
  process.exit(2);
}
