/**
 * A program that the kernel ends with the process that started it, whatever either of them is doing: what only reads its pipe's end notices
 * nothing while it loops. Node cannot ask the kernel for that; setpriv of util-linux can, and then becomes the program.
 */
import { existsSync } from "node:fs";
import { childProcess } from "../node-modules.ts";

const PLACES = ["/usr/bin/setpriv", "/bin/setpriv"];
const OPTION = ["--pdeathsig", "KILL"];

/** Place of a setpriv that can; undefined: there is none. Another program of that name, busybox's, has no such option. */
let found: { readonly place: string | undefined } | undefined;

function setpriv(): string | undefined {
  found ??= {
    place: PLACES.find(
      (place) => existsSync(place) && childProcess().spawnSync(place, [...OPTION, "true"]).status === 0,
    ),
  };
  return found.place;
}

/** The command line to start in its place: the same where the system has no means. */
export function endingWithParent(command: string, args: readonly string[]): [string, string[]] {
  const place = setpriv();
  return place === undefined ? [command, [...args]] : [place, [...OPTION, command, ...args]];
}
