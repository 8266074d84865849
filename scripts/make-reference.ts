/**
 * Makes the reference from the program itself: `npm run reference` writes docs/reference/commands.md from the command table and
 * the roles, docs/reference/roles.md from the roles' states, docs/reference/errors.md from the table of errors, docs/cases.md from the cases of `check` and their mutants, documents.md and documents.schema.json from the schemas of documents, check-report.schema.json and doctor.schema.json from theirs, and the two manual pages from the programs' options. A test fails where they are not current.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { scanRoles } from "../src/catalogue/role-folder.ts";
import { version } from "../src/config.ts";
import { netlabctlProgram } from "../src/netlabctl-main.ts";
import { netlabdProgram } from "../src/netlabd-program.ts";
import { commandTable, distinct } from "../src/repl/command-folder.ts";
import { standalone } from "../src/standalone/standalone-commands.ts";
import { casesPage } from "./reference/cases-page.ts";
import { commandsPage } from "./reference/commands-page.ts";
import { documentsPage, documentsSchema } from "./reference/documents-page.ts";
import { errorsPage } from "./reference/errors-page.ts";
import { netlabctlPage, netlabdPage } from "./reference/manual-pages.ts";
import { rolesPage } from "./reference/roles-page.ts";
import { checkReportSchema, doctorSchema } from "./reference/standalone-schemas.ts";

const checkout = join(import.meta.dirname, "..");

/** Each page's text, by its place in the checkout. */
export async function makeReference(): Promise<Map<string, string>> {
  const commands = distinct(await commandTable());
  const roles = [...(await scanRoles(join(checkout, "src/machines"))).values()];
  const own = [...standalone.values()];
  return new Map([
    ["docs/reference/commands.md", await commandsPage(commands, own, roles)],
    ["docs/reference/roles.md", rolesPage(roles)],
    ["docs/reference/errors.md", errorsPage()],
    ["docs/cases.md", await casesPage()],
    ["docs/reference/documents.md", documentsPage()],
    ["docs/reference/documents.schema.json", documentsSchema()],
    ["docs/reference/check-report.schema.json", checkReportSchema()],
    ["docs/reference/doctor.schema.json", doctorSchema()],
    ["man/netlabd.1", netlabdPage(netlabdProgram({}), version)],
    ["man/netlabctl.1", netlabctlPage(netlabctlProgram(), version, commands, own)],
  ]);
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, text] of await makeReference()) {
    const path = join(checkout, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(`${String(text.length).padStart(7)}  ${name}`);
  }
}
