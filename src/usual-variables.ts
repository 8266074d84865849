/** Variables of the environment that every program expects: no secret of the daemon's is among them. */
const NAMES = /^(PATH|HOME|USER|LANG|LC_\w+|TZ|TMPDIR)$/;

export function usualVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => NAMES.test(name)));
}
