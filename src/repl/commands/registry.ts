import * as z from "zod";
import { registrationDocument } from "../../lab/documents.ts";
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
  options,
  example: "registry --service pdf --watch",
  async run(call) {
    print(call);
    if (call.options.watch) await watch(call);
  },
});

function print({ lab, options: { service, showTokens }, out, data, isJson, columns }: Call<Options>): void {
  const documents = lab.registry.list(service).map((entry) => registrationDocument(entry, { showTokens }));
  if (isJson) return data(documents);
  if (documents.length === 0)
    return out(
      service ? `no file server is registered for ${printable(service)}` : "no file server is registered",
    );
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
  out(table(["IP", "PORT", "SERVICE", "TOKEN", "REGISTERED", "LAST SEEN", "EXPIRES"], rows, columns));
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
