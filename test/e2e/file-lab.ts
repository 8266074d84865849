/** The lab of the first exercise on free ports: a registry and four file servers. */
import { eventually } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";
import { discover } from "./registry-client.ts";

export interface FileLab {
  readonly registry: number;
  readonly ports: Readonly<Record<"mp4" | "pdf" | "txt" | "png", number>>;
  /** The lab file. */
  readonly text: string;
}

export async function fileLab(root = "files"): Promise<FileLab> {
  const [registry = 0, mp4 = 0, pdf = 0, txt = 0, png = 0] = await freePorts(5);
  const ports = { mp4, pdf, txt, png };
  const servers = Object.entries(ports).map(([service, port], index) => {
    const options = { service, port, token: `server${index + 1}`, bootstrap: `localhost:${registry}`, root };
    return { role: "file-server", ...options };
  });
  // YAML takes JSON as it is.
  const lab = { title: "Files", roles: [{ role: "bootstrap", port: registry }, ...servers] };
  return { registry, ports, text: JSON.stringify(lab) };
}

/** Waits until all four are registered; answers what the registry says then. */
export function allListed({ registry, ports }: FileLab): Promise<string[]> {
  return eventually(async () => {
    const answers = await discover(registry);
    for (const [service, port] of Object.entries(ports)) {
      if (!answers[0]?.includes(`,${port},${service},`)) throw new Error(`no ${service} in ${answers}`);
    }
    return answers;
  });
}
