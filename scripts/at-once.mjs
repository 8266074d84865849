/**
 * `node scripts/at-once.mjs lint types build`: scripts of package.json, each as a process of its own beside the others. What one says is
 * shown when it is done, in one piece; the exit status is 1 where one of them failed.
 */
import { execFile } from "node:child_process";

const OUTPUT_BYTES = 64 * 1024 * 1024;

const run = (script) =>
  new Promise((done) => {
    execFile("npm", ["run", "--silent", script], { maxBuffer: OUTPUT_BYTES }, (error, out, err) => {
      process.stdout.write(out);
      process.stderr.write(err);
      if (error) console.error(`npm run ${script}: failed (${error.code ?? error.signal})`);
      done(!error);
    });
  });

const passed = await Promise.all(process.argv.slice(2).map(run));
process.exitCode = passed.every(Boolean) ? 0 : 1;
