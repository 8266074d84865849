/** A server that somebody wrote: it says what the script says, right or wrong. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { onTestFinished } from "vitest";
import { Conversation } from "./conversation.ts";

export interface ScriptedServer {
  readonly port: number;
  /** What a script threw: the client did not do what the script waits for. */
  readonly complaints: unknown[];
}

/** Plays the script with every client. It goes with the test. */
export async function scriptedServer(
  script: (client: Conversation) => Promise<void>,
): Promise<ScriptedServer> {
  const complaints: unknown[] = [];
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    onEnd.push(() => socket.destroy());
    const client = new Conversation(socket);
    script(client).catch((error: unknown) => complaints.push(error));
    // As any program does whose recv() says 0.
    socket.on("end", () => socket.end());
  }).listen(0, "127.0.0.1");
  const onEnd: (() => void)[] = [() => server.close()];
  onTestFinished(() => {
    for (const end of onEnd) end();
  });
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, complaints };
}
