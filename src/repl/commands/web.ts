import * as z from "zod";
import { nearest } from "../../catalogue/instance-options.ts";
import { exitCodes, NetlabError } from "../../errors.ts";
import type { LabWeb, WebDocument, WebLink } from "../../lab/lab-web.ts";
import { duration } from "../../machines/_options.ts";
import { printable } from "../../printable.ts";
import { isThisMachine } from "../../wire/loopback.ts";
import { type Call, defineCommand } from "../command.ts";

/** Usual port of the page: one of its own, so that a browser that was logged in finds it again after a restart. */
const PORT = 8480;
/** A term. */
const LINK_DAYS = 120;
const DAY_MS = 24 * 3_600_000;

const options = z.object({
  port: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(PORT)
    .describe(`its port; 0: any free one (default: ${PORT})`),
  host: z
    .string()
    .min(1)
    .default("localhost")
    .describe("address to listen on; * is all (default: localhost)"),
  name: z
    .string()
    .min(1)
    .optional()
    .describe(
      "a name under which browsers ask for it, or a proxy's whole origin, e.g. https://lab.example.org",
    ),
  cert: z.string().min(1).optional().describe("file of a TLS certificate (PEM); with --key"),
  key: z.string().min(1).optional().describe("file of its key (PEM)"),
  observer: z.boolean().default(false).describe("the link is for one who only looks"),
  for: duration()
    .default(LINK_DAYS * DAY_MS)
    .describe(`with link: how long it works (default: ${LINK_DAYS} days)`),
  until: z.iso.date("must be a date, e.g. 2027-02-28").optional().describe("with link: works until this day"),
  new: z.boolean().default(false).describe("with link: another one; the one before ends"),
  off: z.boolean().default(false).describe("close the page"),
  revoke: z.boolean().default(false).describe("end all logins and all links"),
  webOwn: z
    .boolean()
    .default(false)
    .describe("its prompt may do all that you may, also eval, load and shutdown; on this machine only"),
});
type Options = z.output<typeof options>;
type WebCall = Call<Options>;

export default defineCommand({
  name: "web",
  group: "daemon",
  level: "own",
  summary: "opens the page of the lab and prints a link to it; web link s042 prints a student's",
  args: [
    { name: "action", summary: "link, or nothing", isOptional: true, choices: ["link"] },
    { name: "label", summary: "with link: whose", isOptional: true },
  ],
  options,
  example: "web",
  notes: [
    "A link logs in one browser and works once, within a minute: ask for another one at any time. A student's link works until its date.",
    "Beyond this machine the page needs a name (--name) and TLS (--cert and --key, or a proxy): docs/web.md.",
  ],
  async run(call) {
    const { args, options } = call;
    const web = await call.lab.web();
    if (options.off) return close(call, web);
    if (options.revoke) return revoke(call, web);
    if (args.action === "link") return link(call, web);
    if (args.action !== undefined) throw unknownAction(args.action);
    const status = web.status();
    if (!status) await open(call, web);
    else if (isOtherwise(options, status))
      throw new NetlabError("wrong-state/web-open", { address: status.address });
    tell(call, web.loginLink(options.observer ? "observer" : "operator"));
    return exitCodes.done;
  },
});

function unknownAction(action: string): NetlabError {
  const hint = nearest(action, ["link"]) ? "did you mean web link?" : "use web, or web link LABEL";
  return new NetlabError("usage/of-command", {
    command: "web",
    why: `unknown word ${printable(action)}; ${hint}`,
  });
}

/** A page that is open is not opened once more, under other terms. */
const isOtherwise = ({ port, host, webOwn }: Options, open: WebDocument) =>
  webOwn ||
  (port !== PORT && port !== 0 && port !== open.port) ||
  (host !== "localhost" && host !== open.host);

async function open({ options, readFile }: WebCall, web: LabWeb): Promise<void> {
  const { port, host, name, cert, key, webOwn } = options;
  if ((cert === undefined) !== (key === undefined)) throw new NetlabError("usage/web-tls");
  const isForThisMachine = isThisMachine(host) && name === undefined;
  if (webOwn && !isForThisMachine) throw new NetlabError("usage/web-own");
  const tls = cert && key ? { cert: await readFile(cert), key: await readFile(key) } : undefined;
  await web.open({ port, host, names: name ? [name] : [], tls, isOwners: webOwn });
}

async function link(call: WebCall, web: LabWeb): Promise<number> {
  const { lab, args, options } = call;
  if (args.label === undefined) throw new NetlabError("usage/web-link");
  // A student of a class may be named either way; links are for the name that screens show.
  const label = lab.class?.find(args.label)?.shown ?? args.label;
  if (!lab.class?.find(label) && !lab.instances.some((one) => one.label === label))
    throw new NetlabError("no-such-instance/labelled", { label: printable(args.label) });
  tell(call, web.studentLink(label, lastingMs(options), options.new));
  return exitCodes.done;
}

/** To the end of the day that was named, by this machine's clock. */
function lastingMs(options: Options): number {
  if (options.until === undefined) return options.for;
  const ms = new Date(`${options.until}T23:59:59`).getTime() - Date.now();
  if (ms <= 0) throw new NetlabError("usage/web-past", { until: options.until });
  return ms;
}

/** The link alone on standard output, so that it can be passed on. */
function tell({ out, err, data, isJson }: WebCall, found: WebLink): void {
  if (isJson) return data(found);
  out(found.link);
  err(
    found.level.startsWith("student:")
      ? `for ${found.level.slice("student:".length)}, read only, until ${localDay(new Date(found.until))}`
      : "it logs in one browser, once, within a minute",
  );
}

/** As `--until` is written: by this machine's calendar. */
const localDay = (date: Date) =>
  [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");

async function revoke({ out, data, isJson }: WebCall, web: LabWeb): Promise<number> {
  const closed = await web.revoke();
  if (isJson) data({ closed });
  else out(`all logins and links have ended; ${closed} ${closed === 1 ? "page was" : "pages were"} closed`);
  return exitCodes.done;
}

async function close({ out, data, isJson }: WebCall, web: LabWeb): Promise<number> {
  const isClosed = await web.close();
  if (isJson) data({ closed: isClosed });
  else out(isClosed ? "the page is off" : "the page was off already");
  return exitCodes.done;
}
