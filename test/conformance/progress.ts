/** Reporter of `npm run mutants`: a line for each trial as soon as it is over, and at the end those that are wrong, and how. */
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestCase, TestModule, TestRunEndReason } from "vitest/node";

interface Failure {
  readonly name: string;
  readonly message: string;
}

export default class Progress implements Reporter {
  #startedAt = performance.now();
  #of = 0;
  #done = 0;
  readonly #failures: Failure[] = [];

  onTestRunStart(): void {
    this.#startedAt = performance.now();
  }

  onTestModuleCollected(module: TestModule): void {
    for (const { options } of module.children.allTests()) if (options.mode === "run") this.#of += 1;
  }

  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    if (state === "skipped") return;
    this.#done += 1;
    const name = nameOf(test);
    const seconds = ((test.diagnostic()?.duration ?? 0) / 1_000).toFixed(1);
    const count = `${String(this.#done).padStart(String(this.#of).length)}/${this.#of}`;
    const isTrial = test.parent.type === "suite";
    if (isTrial || state === "failed")
      say(`${count}  ${state === "failed" ? "FAIL" : "ok  "}  ${seconds.padStart(5)} s  ${name}`);
    if (state !== "failed") return;
    const message = (errors ?? []).map(({ message, diff }) => [message, diff].filter(Boolean).join("\n"));
    this.#failures.push({ name, message: message.join("\n") });
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandled: readonly { readonly message: string }[],
    reason: TestRunEndReason,
  ): void {
    for (const { name, message } of this.#failures) say(`\nFAIL  ${name}\n${indented(message)}`);
    const broken = [...modules.flatMap((module) => module.errors()), ...unhandled];
    for (const { message } of broken) say(`\nFAIL  ${message}`);
    const minutes = ((performance.now() - this.#startedAt) / 60_000).toFixed(1);
    const left = this.#of - this.#done;
    const rest = left === 0 ? "" : `, ${left} not tried`;
    say(
      `\n${this.#done - this.#failures.length} right, ${this.#failures.length} wrong${rest}: ${minutes} min, ${reason}`,
    );
  }
}

const say = (text: string) => process.stdout.write(`${stripVTControlCharacters(text)}\n`);

/** Without the name of the file: there are two of them. */
const nameOf = ({ fullName }: TestCase) => fullName.replaceAll(" > ", ": ");

const indented = (text: string) => text.replaceAll(/^/gm, "      ");
