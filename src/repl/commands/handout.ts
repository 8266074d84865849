import * as z from "zod";
import type { Lab } from "../../lab/lab.ts";
import { duration } from "../../machines/_options.ts";
import { printable } from "../../printable.ts";
import { isThisMachine } from "../../wire/loopback.ts";
import { classOf } from "../class-of.ts";
import { defineCommand } from "../command.ts";
import { namesOption } from "../guarded-options.ts";

const DAY_MS = 86_400_000;
/** Longest time that a duration can say. */
const LINK_DAYS = 120;

export default defineCommand({
  name: "handout",
  group: "class",
  level: "own",
  summary: "prints what each student needs: ports, token, commands to try, and a link to the student's page",
  options: z.object({
    host: z
      .string()
      .min(1)
      .default("localhost")
      .describe("name or address by which students reach this machine"),
    html: z.string().min(1).optional().describe("write a page to this file, a sheet a student when printed"),
    linkFor: duration()
      .default(LINK_DAYS * DAY_MS)
      .describe(`how long the links work, where the page is on (default: ${LINK_DAYS} days)`),
    names: namesOption(),
  }),
  example: "handout --host lab.example.edu > slips.csv",
  notes: [
    "The slips have tokens and links: who has another's can work under that name. With web the page is on, and each slip has a link and its QR code.",
  ],
  async run({ lab, options, out, err, data, isJson, writeFile }) {
    const all = classOf(lab);
    if (!isThisMachine(options.host)) for (const sentence of await outOfReach(lab)) err(sentence);
    const { slipsOf, slipsCsv } = await import("../slips.ts");
    const linkOf = await links(lab, options.linkFor);
    const slips = slipsOf(lab, all, { host: options.host, names: options.names, linkOf });
    if (isJson) return data(slips);
    if (options.html === undefined) return out(slipsCsv(slips).trimEnd());
    const { slipsPage } = await import("../slips-page.ts");
    await writeFile(options.html, slipsPage(slips, all.plan?.title ?? all.name));
    return out(`wrote ${slips.length} slips to ${printable(options.html)}`);
  },
});

/** Links of students, where the page is on. */
async function links(lab: Lab, forMs: number): Promise<(student: string) => string | undefined> {
  const web = await lab.web();
  if (!web.status()) return () => undefined;
  web.addLinks(
    classOf(lab).students.map(({ shown }) => shown),
    forMs,
  );
  return (student) => web.studentLink(student, forMs, false).link;
}

/** Part of the slips that students at other machines cannot reach, in sentences. */
async function outOfReach(lab: Lab): Promise<string[]> {
  const all = classOf(lab);
  const roles = lab.instances.filter(({ id }) => all.kindOf(id) !== undefined);
  const here = roles.filter(({ options }) => isThisMachine(options.host));
  const page = (await lab.web()).status();
  return [
    ...(here.length > 0
      ? [
          `other machines cannot reach ${here.length} of ${roles.length} roles: start netlabd with --host 0.0.0.0`,
        ]
      : []),
    ...(page && isThisMachine(new URL(page.address).hostname)
      ? [
          "other machines cannot open the links, which lead to this machine: web --off, then web --host '*' --name NAME (docs/web.md)",
        ]
      : []),
  ];
}
