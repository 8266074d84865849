/** A chat room for line clients: what is said in a turn of the loop is joined once, and written to all. */
import { type AddressInfo, createServer, type Socket } from "node:net";

const members = new Set<Socket>();
let said: string[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  let prefix: string | undefined;
  let tail = "";
  socket.setEncoding("utf8");
  socket.write("Please, Enter Your ig name");
  socket.on("error", () => socket.destroy());
  socket.on("close", () => members.delete(socket));
  socket.on("data", (text: string) => {
    const lines = (tail + text).split("\n");
    tail = lines.pop() ?? "";
    for (const line of lines) {
      if (prefix === undefined) {
        prefix = `:${line.split(":")[1]}:`;
        members.add(socket);
        tellAll(`new user ${line} joined `);
      } else {
        tellAll(line.startsWith(prefix) ? line : prefix + line);
      }
    }
  });
});

function tellAll(line: string): void {
  if (said.length === 0) setImmediate(flush);
  said.push(line);
}

function flush(): void {
  const bytes = Buffer.from(`${said.join("\n")}\n`);
  said = [];
  for (const member of members) member.write(bytes);
}

server.listen({ port: 0, host: "127.0.0.1", backlog: 1_024 }, () =>
  console.log((server.address() as AddressInfo).port),
);
