/** Reasons why a file that a person named cannot be read, in words that say what to do. */
import { messageOf } from "../errors.ts";
import { osCode } from "./os-errors.ts";

const WHY: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file (ENOENT)",
  EACCES: "you may not read it (EACCES)",
  EISDIR: "it is a folder (EISDIR)",
  ERR_ENCODING_INVALID_ENCODED_DATA: "it is not UTF-8 text",
};

export const whyNotRead = (cause: unknown): string => WHY[osCode(cause) ?? ""] ?? messageOf(cause);
