import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import { registrationDocument } from "../../lab/documents.ts";
import type { Lab } from "../../lab/lab.ts";
import type { Registration } from "../../machines/_world.ts";
import { printable } from "../../printable.ts";
import { type Call, defineCommand } from "../command.ts";
import { showTokensOption } from "../guarded-options.ts";
import { table } from "../text-table.ts";

const options = z.object({
  service: z.string().optional().describe("only servers of this kind of file"),
  watch: z.boolean().default(false).describe("show it again at each change, until Ctrl-C"),
  showTokens: showTokensOption(),
});
type Options = z.output<typeof options>;

export default defineCommand({
  name: "registry",
  group: "registry",
  level: "observe",
  summary: "lists the registered file servers",
  args: [
    {
      name: "whose",
      summary: "of a student or a group with a bootstrap of its own, e.g. s042; default: the lab's",
      isOptional: true,
      completes: "selector",
    },
  ],
  options,
  example: "registry --service pdf --watch",
  async run(call) {
    print(call);
    if (call.options.watch) await watch(call);
  },
});

function print(call: Call<Options>): void {
  const { lab, args, options, out, data, isJson } = call;
  const { service, showTokens } = options;
  const { whose } = args;
  const entries = whose === undefined ? lab.registry.list(service) : ownEntries(lab, whose, service);
  const documents = entries.map((entry) => registrationDocument(entry, { showTokens }));
  if (isJson) return data(documents);
  if (documents.length > 0) out(tableOf(documents, call));
  else out(`no file server is registered${service ? ` for ${printable(service)}` : ""}`);
  const { size } = lab.ownRegistrations();
  if (whose === undefined && size > 0)
    out(
      `${size} ${size === 1 ? "student or group has a registry of its own" : "students and groups have registries of their own"}: registry NAME shows one`,
    );
}

/** Throws where no bootstrap is of that label. */
function ownEntries(lab: Lab, whose: string, service: string | undefined): readonly Registration[] {
  const label = lab.class?.find(whose)?.shown ?? whose;
  if (!lab.instances.some((one) => one.type === "bootstrap" && one.label === label))
    throw new NetlabError("no-such-service/no-own-registry", { term: whose });
  const entries = lab.ownRegistrations().get(label) ?? [];
  return entries.filter((entry) => service === undefined || entry.service === service);
}

function tableOf(documents: readonly ReturnType<typeof registrationDocument>[], { columns }: Call<Options>) {
  const clockTime = (time: string | null) =>
    time === null ? "never" : new Date(time).toLocaleTimeString("en-GB");
  const rows = documents.map(({ ip, port, service: kind, token, registeredAt, lastSeenAt, expiresAt }) => [
    ip,
    String(port),
    printable(kind),
    printable(token),
    clockTime(registeredAt),
    clockTime(lastSeenAt),
    clockTime(expiresAt),
  ]);
  return table(["IP", "PORT", "SERVICE", "TOKEN", "REGISTERED", "LAST SEEN", "EXPIRES"], rows, columns);
}

/** Changes of one turn are shown once. */
function watch(call: Call<Options>): Promise<void> {
  return new Promise((resolve) => {
    let isDue = false;
    const unwatch = call.lab.subscribe("registry", () => {
      if (isDue) return;
      isDue = true;
      setTimeout(() => {
        isDue = false;
        if (call.signal.aborted) return;
        if (!call.isJson)
          call.out(call.style.dim(`-- ${new Date(call.lab.clock.now()).toLocaleTimeString("en-GB")}`));
        print(call);
      }, 50);
    });
    const stop = () => {
      unwatch();
      resolve();
    };
    if (call.signal.aborted) stop();
    else call.signal.addEventListener("abort", stop, { once: true });
  });
}
