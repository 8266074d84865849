/**
 * JUnit XML in the dialect of Jenkins' xUnit schema (junit-10.xsd), which GitLab, Azure and the readers of GitHub Actions take too.
 * A failure that fails no run is `skipped` with its grade before the message: no reader knows more kinds.
 */
import { attributeText, elementText, tailOf } from "./_safe-text.ts";
import { hasFailed, type Test, type TestRun } from "./test-run.ts";

export function junitText(run: TestRun): string {
  const { tests } = run;
  const sums = {
    tests: tests.length,
    failures: tests.filter(hasFailed).length,
    errors: tests.filter(({ status }) => status === "error").length,
  };
  const skipped =
    sums.tests - sums.failures - sums.errors - tests.filter(({ status }) => status === "passed").length;
  const time = seconds(run.ms);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "netlabd", ...sums, time })}>`,
    `  <testsuite${attributes({ name: run.name, ...sums, skipped, time, timestamp: zoneless(run.started), hostname: "localhost" })}>`,
    ...propertyLines(run.properties),
    ...tests.flatMap((test) => testLines(test, run.group)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testLines(test: Test, group: string): string[] {
  const head = `    <testcase${attributes({ classname: group, name: test.name, time: seconds(test.ms) })}`;
  const inner = [...outcomeLines(test), ...outputLines(test)];
  return inner.length === 0 ? [`${head}/>`] : [`${head}>`, ...inner, "    </testcase>"];
}

function outcomeLines(test: Test): string[] {
  const { status, tolerated, type, message = "", details = message } = test;
  if (status === "passed") return test.isFlaky ? [element("flakyFailure", { type, message }, details)] : [];
  if (status === "skipped") return [element("skipped", { type, message }, "")];
  if (status === "error") return [element("error", { type, message }, details)];
  if (tolerated === undefined) return [element("failure", { type, message }, details)];
  return [element("skipped", { type, message: `${tolerated}: ${message}` }, details)];
}

const outputLines = ({ output = "" }: Test) =>
  output === "" ? [] : [`      <system-out>${elementText(tailOf(output))}</system-out>`];

function propertyLines(properties: TestRun["properties"]): string[] {
  const lines = Object.entries(properties).map(
    ([name, value]) => `      <property${attributes({ name, value })}/>`,
  );
  return lines.length === 0 ? [] : ["    <properties>", ...lines, "    </properties>"];
}

function element(name: string, values: Record<string, string>, text: string): string {
  const head = `      <${name}${attributes(values)}`;
  return text === "" ? `${head}/>` : `${head}>${elementText(text)}</${name}>`;
}

const attributes = (values: Record<string, string | number>) =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${attributeText(String(value))}"`)
    .join("");

const seconds = (ms: number) => (ms / 1_000).toFixed(3);

/** Older readers refuse a zone; all of them take the time for UTC. */
const zoneless = (time: string) => time.replace(/(\.\d+)?Z$/, "");
