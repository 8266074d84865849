import { spawnSync } from "node:child_process";

const PARSER = `
import json, sys, xml.dom.minidom
for number, text in enumerate(json.load(sys.stdin)):
    try: xml.dom.minidom.parseString(text.encode())
    except Exception as fault: print(number, fault)
`;

/** What an XML parser that is not ours finds wrong in these documents; needs Python 3. */
export function xmlFaults(documents: readonly string[]): string[] {
  const { stdout, stderr, status } = spawnSync("python3", ["-c", PARSER], {
    input: JSON.stringify(documents),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout.split("\n").filter((line) => line !== "");
}
