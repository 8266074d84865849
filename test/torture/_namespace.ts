/** A network namespace with one address beyond loopback: nothing of the real network is touched. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { dist, type Scene } from "../e2e/scene.ts";

const ADDRESS = "10.99.0.1";
const PORT = 12_340;
const ENTER = ["--user", "--map-root-user", "--net", "--kill-child", "--"];

export const hasNetworkNamespaces = (): boolean =>
  spawnSync("unshare", [...ENTER, "ip", "link", "set", "lo", "up"]).status === 0;

/** A daemon that listens on that address, and an asker beside it. */
export async function askedFromAfar(
  scene: Scene,
  seconds: number,
): Promise<{ readonly asked: number; readonly answered: number }> {
  const lab = scene.file("afar.yaml", `roles: [{ role: bootstrap, port: ${PORT}, host: ${ADDRESS} }]`);
  const daemon = [process.execPath, join(dist, "netlabd.js"), "--lab", lab, "--no-repl", "--ready-json"];
  const places = ["--data", scene.path("afar.data"), "--socket", scene.path("afar.sock")];
  const asker = [process.execPath, join(import.meta.dirname, "_afar-asker.ts"), ADDRESS, PORT, seconds];
  const script = [
    "set -e",
    `ip link set lo up; ip address add ${ADDRESS}/32 dev lo`,
    `${[...daemon, ...places].join(" ")} > ${scene.path("afar.ready")} &`,
    `until grep -q ready ${scene.path("afar.ready")}; do sleep 0.05; done`,
    asker.join(" "),
    "kill -TERM $!; wait $!",
  ].join("\n");
  const { stdout, stderr, exit } = await scene.run("unshare", [...ENTER, "sh", "-c", script]).ended;
  if (exit !== 0) throw new Error(`in the namespace: ${stderr}`);
  return JSON.parse(stdout) as { asked: number; answered: number };
}
