/** Wireshark's own reader, the judge of what goes to it and comes from it: tests that need it are skipped by name without it. */
import { execFileSync, spawnSync } from "node:child_process";

export const hasTshark = spawnSync("tshark", ["--version"]).status === 0;

/** Arguments that read a file and look at every checksum. */
export const readingWithChecksums = (file: string): string[] => [
  "-r",
  file,
  ...["tcp", "udp", "ip"].flatMap((layer) => ["-o", `${layer}.check_checksum:TRUE`]),
];

/** What it finds in a file that it was written with care for: nothing, or lines that say what. Resets are as they were. */
export function faultsOf(file: string): string[] {
  const shown = execFileSync(
    "tshark",
    [
      ...readingWithChecksums(file),
      ...[
        "-Y",
        "tcp.analysis.flags or _ws.malformed or _ws.expert.severity >= 0x600000 or tcp.checksum.status == 0 or udp.checksum.status == 0",
      ],
      ...["-T", "fields", "-e", "frame.number", "-e", "tcp.flags.str", "-e", "_ws.expert.message"],
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  return shown.split("\n").filter((line) => line !== "" && !line.includes("Connection reset (RST)"));
}
