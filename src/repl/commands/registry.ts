import * as z from "zod";
import { registrationDocument } from "../../lab/documents.ts";
import { printable } from "../../printable.ts";
import { secondText } from "../clock-text.ts";
import { type Call, defineCommand } from "../command.ts";
import { showTokensOption } from "../guarded-options.ts";
import { registryNamed } from "../named-registry.ts";
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
      completes: "registry",
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
  const entries = registryNamed(lab, whose).list(service);
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

function tableOf(
  documents: readonly ReturnType<typeof registrationDocument>[],
  { lab, columns }: Call<Options>,
) {
  const now = lab.clock.now();
  const clockTime = (time: string | null) => (time === null ? "never" : secondText(Date.parse(time), now));
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
