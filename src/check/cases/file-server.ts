/** Cases of the file server [FILE]. */
import path from "node:path";
import { NOT_FOUND, VALID } from "../../wire/file-transfer.ts";
import { defineChecks } from "../case.ts";
import { accessCases } from "./_file-server-access.ts";
import { fileClientCases } from "./_file-server-client.ts";
import { fill } from "./_file-server-stage.ts";
import { transferCases } from "./_file-server-transfer.ts";

export default defineChecks({
  role: "file-server",
  words: {
    service: "kind of file that it serves: the extension",
    token: "word that a client must say first",
    root: "folder that it serves from",
    bootstrap: "registry to register at, host:port",
    file: "name of the file that a client is to fetch; of a server without {root} one of its files",
  },
  prepare: async ({ chance, folder, names, given, registry }) => {
    const token = names("token") ? chance.word(8) : (given("token") ?? "server1");
    const service = names("service") ? chance.pick(["pdf", "txt", "png"]) : (given("service") ?? "pdf");
    const asked = names("file") ? `one.${service}` : path.basename(given("file") ?? `server.${service}`);
    const file = names("file") ? asked : given("file");
    const root = path.join(folder, "files");
    // Other bytes for each try: a file of an earlier one is none of this.
    const salt = chance.word(12);
    await fill(root, { salt, service, asked });
    const bootstrap = names("bootstrap") ? { bootstrap: await registry() } : {};
    return { token, service, root, asked, salt, ...bootstrap, ...(file === undefined ? {} : { file }) };
  },
  dialogue: (chance, words) => ({
    lines: [
      { client: words.token ?? "" },
      { server: VALID },
      { client: `${chance.word()}.${words.service}` },
      { server: NOT_FOUND },
      { client: `${chance.word(7)}.${words.service}` },
      { server: NOT_FOUND },
    ],
  }),
  script: () => ["pdf", "server.pdf"],
  shown: () => undefined,
  cases: [...transferCases, ...accessCases, ...fileClientCases],
});
