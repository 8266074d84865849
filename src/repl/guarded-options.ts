/** Options of several commands that show what only the daemon's user may see. */
import * as z from "zod";

export const showTokensOption = (summary = "show tokens as they are") =>
  z.boolean().default(false).meta({ level: "own" }).describe(summary);

export const namesOption = () =>
  z
    .boolean()
    .default(false)
    .meta({ level: "own" })
    .describe("show names and e-mail addresses too, for the daemon's user only");
