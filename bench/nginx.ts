/** nginx on one folder, in the foreground, with a configuration of the bench's own. */

import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort, newFolder, type Server, startServer } from "./scene.ts";

export async function startNginx(root: string, settings: string): Promise<Server & { port: number }> {
  const folder = newFolder();
  const port = await freePort();
  const inFolder = (name: string) => path.join(folder.path, name);
  mkdirSync(inFolder("temp"));
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (one) => `${one}_temp_path ${inFolder("temp")};`,
  );
  writeFileSync(
    inFolder("nginx.conf"),
    `daemon off; worker_processes auto; pid ${inFolder("pid")}; error_log ${inFolder("error.log")};
    ${process.getuid?.() === 0 ? "user root;" : ""}
    events { worker_connections 1024; }
    http { access_log off; ${temps.join(" ")} server { listen 127.0.0.1:${port}; root ${root}; ${settings} } }\n`,
  );
  const command = `echo starting; exec nginx -p ${folder.path} -c ${inFolder("nginx.conf")} 2>&1`;
  const server = await startServer("sh", ["-c", `PATH=$PATH:/usr/sbin; ${command}`]);
  await listens(port);
  const stop = async () => {
    await server.stop();
    folder.remove();
  };
  return { ...server, port, stop };
}

async function listens(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, "127.0.0.1");
    const [isThere] = await Promise.race([
      once(socket, "connect").then(() => [true]),
      once(socket, "error").then(() => [false]),
    ]).catch(() => [false]);
    socket.destroy();
    if (isThere) return;
    await delay(20);
  }
  throw new Error(`nginx does not listen on ${port}`);
}
