/** `netlabctl doctor`: why a client gets no answer from a port. */
import * as z from "zod";
import { shippedRoles } from "../catalogue/shipped-roles.ts";
import { type Examination, examine } from "../doctor/examination.ts";
import { exitOf, type Finding, isProblem } from "../doctor/finding.ts";
import { type Asked, wordsOfFinding } from "../doctor/finding-text.ts";
import { type RoleWords, wordsOf } from "../doctor/role-words.ts";
import { NetlabError } from "../errors.ts";
import { formatHostPort, hostPort } from "../machines/_options.ts";
import { connectError } from "../os/os-errors.ts";
import { styleOf } from "../repl/style.ts";
import { wrapped } from "../repl/wrapped.ts";
import { defineStandalone, type StandaloneCall } from "./standalone-command.ts";

export default defineStandalone({
  name: "doctor",
  summary: "looks at a port, and says why a client gets no answer from it",
  args: [{ name: "at", summary: "host:port of the server, e.g. localhost:4389" }],
  options: z.object({
    udp: z.boolean().default(false).describe("the server is one of datagrams"),
    role: z.string().optional().describe("what it should be: its first words are compared"),
    probe: z
      .boolean()
      .default(false)
      .describe("ask more than once: the other address family, the exchanged port, the other protocol, TLS"),
  }),
  example: "netlabctl doctor localhost:4389 --role calculator",
  async run(call) {
    const { args, options, isJson, data } = call;
    const at = hostPort().safeParse(args.at ?? "");
    if (!at.success)
      throw new NetlabError("usage/of-command", {
        command: "doctor",
        why: at.error.issues[0]?.message ?? "",
      });
    const { host, port } = at.data;
    const transport = options.udp ? ("udp" as const) : ("tcp" as const);
    const words = options.role === undefined ? undefined : await roleWords(options.role, transport);
    const question = { host, port, transport, words, isProbing: options.probe, mayLook: true };
    const examination = await examined(question);
    const asked = { host, port, transport };
    if (isJson) data(documentOf(examination, asked, options.role));
    else tell(examination, asked, options.role, call);
    return exitOf(examination.findings, options.role);
  },
});

async function examined(question: Parameters<typeof examine>[0]): Promise<Examination> {
  try {
    return await examine(question);
  } catch (error) {
    throw connectError(error, question.host, question.port);
  }
}

async function roleWords(name: string, transport: "tcp" | "udp"): Promise<RoleWords> {
  const role = (await shippedRoles()).get(name);
  if (role?.side !== "server" || role.transport !== transport)
    throw new NetlabError("usage/of-command", {
      command: "doctor",
      why: `there is no server role ${name} over ${transport}`,
    });
  const words = wordsOf(role);
  if (!words)
    throw new NetlabError("usage/of-command", {
      command: "doctor",
      why: `${name} has no first words that are known`,
    });
  return words;
}

export function documentOf(
  { address, findings, connections, datagrams }: Examination,
  asked: Asked,
  role: string | undefined,
) {
  return {
    ...asked,
    address,
    role: role ?? null,
    connections,
    datagrams,
    findings: findings.map((finding) => ({
      code: finding.code,
      sure: finding.sure,
      problem: isProblem(finding, role),
      ...wordsOfFinding(finding, asked),
      about: finding.about,
    })),
  };
}

const MARGIN = "  ";
const MOST_COLUMNS = 80;

function tell(
  { address, findings, connections, datagrams }: Examination,
  asked: Asked,
  role: string | undefined,
  { out, hasColors, columns }: StandaloneCall<unknown>,
): void {
  const style = styleOf(hasColors);
  const width = Math.min(columns, MOST_COLUMNS) - MARGIN.length;
  const lines = (finding: Finding) => {
    const { sentence, advice } = wordsOfFinding(finding, asked);
    const sure = finding.sure === "certain" ? "" : `${finding.sure}: `;
    const isBad = isProblem(finding, role);
    const paint = isBad ? style.bad : finding.code === "healthy" ? style.good : (text: string) => text;
    return [
      ...wrapped(`${sure}${sentence}`, width).map((line) => paint(line)),
      ...(advice !== "" && (isBad || ADVISED.has(finding.code))
        ? wrapped(advice, width - 2).map((line) => style.dim(`${MARGIN}${line}`))
        : []),
    ].map((line) => MARGIN + line);
  };
  const named = findings.flatMap(({ code, about }) =>
    code === "waits-in" || code === "stopped" ? about.pid : [],
  );
  // The holder of the port is named where its activity is told.
  const told = findings.filter(
    ({ code, about }) => code !== "held-by" || about.pid === null || !named.includes(about.pid),
  );
  const where = formatHostPort({ host: address, port: asked.port });
  out(
    [
      style.bold(`${where}/${asked.transport}`),
      ...told.flatMap(lines),
      `${MARGIN}${style.dim(costOf(connections, datagrams))}`,
    ].join("\n"),
  );
}

/** Facts after which most people want to know how to go on. */
const ADVISED: ReadonlySet<Finding["code"]> = new Set(["http", "tls"]);

function costOf(connections: number, datagrams: number): string {
  const parts = [
    ...(connections > 0 ? [`${connections} ${connections === 1 ? "connection" : "connections"}`] : []),
    ...(datagrams > 0 ? [`${datagrams} ${datagrams === 1 ? "datagram" : "datagrams"}`] : []),
  ];
  return parts.length === 0 ? "(nothing was sent)" : `(the server had ${parts.join(" and ")} of this)`;
}
