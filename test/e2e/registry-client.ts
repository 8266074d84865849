/** A program that speaks to a registry by UDP, written without a line of netlabd's own. */
import { createSocket } from "node:dgram";

const PATIENCE_MS = 10_000;

/** Sends one datagram and collects the answers up to `end`. */
export function discover(port: number, question = "DISCOVERY"): Promise<string[]> {
  const { promise, resolve, reject } = Promise.withResolvers<string[]>();
  const answers: string[] = [];
  const socket = createSocket("udp4");
  const timer = setTimeout(() => reject(new Error(`no end: ${answers.join(" ")}`)), PATIENCE_MS);
  socket.on("message", (bytes) => {
    answers.push(bytes.toString());
    if (answers.at(-1) === "end") resolve(answers);
  });
  socket.send(question, port, "127.0.0.1");
  return promise.finally(() => {
    clearTimeout(timer);
    socket.close();
  });
}

/** Sends datagrams to which there is no answer. */
export async function tell(port: number, ...datagrams: string[]): Promise<void> {
  const socket = createSocket("udp4");
  for (const datagram of datagrams) {
    await new Promise<void>((resolve, reject) => {
      socket.send(datagram, port, "127.0.0.1", (error) => (error ? reject(error) : resolve()));
    });
  }
  socket.close();
}
