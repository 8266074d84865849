/** Errors of a file that a person named for writing, in words that say what to do. */
import { messageOf, NetlabError } from "../errors.ts";
import { osCode } from "./os-errors.ts";

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder (ENOENT)",
  EACCES: "you may not write it (EACCES)",
  EISDIR: "it is a folder (EISDIR)",
  ENOSPC: "the disk is full (ENOSPC)",
};

export function notWritten(file: string, cause: unknown): NetlabError {
  const why = WHY[osCode(cause) ?? ""] ?? messageOf(cause);
  return new NetlabError("file-not-written/because", { file, why }, { cause });
}
