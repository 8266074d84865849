/** Tells the server what a view looks at, for as long as it is shown. */
import { useEffect } from "preact/hooks";
import type { Topic } from "../web/protocol.ts";
import { see } from "./live.ts";

export function useLook(...topics: readonly (Topic | undefined)[]): void {
  const wanted = topics.filter((topic) => topic !== undefined);
  useEffect(() => see(...wanted), [wanted.join("\n")]);
}
