/** Sockets of a load, as cheap as Node makes them: read into one buffer that is used again. */
import { connect, type Socket } from "node:net";

const shared = Buffer.allocUnsafeSlow(1_048_576);

/** Connects, and hands over what comes; the bytes are good until the answer returns. */
export function open(
  port: number,
  onBytes: (bytes: Buffer, socket: Socket) => void,
  buffer = shared,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: "127.0.0.1",
      port,
      noDelay: true,
      onread: {
        buffer,
        callback: (count) => {
          onBytes(buffer.subarray(0, count), socket);
          return true;
        },
      },
    });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      // A load that has what it wants tears its connections down.
      socket.on("error", () => socket.destroy());
      resolve(socket);
    });
  });
}

/** All at once would overrun any backlog: some at a time. */
export async function openMany<Item>(
  count: number,
  openOne: (index: number) => Promise<Item>,
  atOnce = 100,
): Promise<Item[]> {
  const all: Item[] = [];
  for (let index = 0; index < count; index += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - index) }, (_, more) => openOne(index + more));
    all.push(...(await Promise.all(some)));
  }
  return all;
}

export const options = <Options>() => JSON.parse(process.argv[2] ?? "{}") as Options;

/** The last line that a load prints, and its end. No FIN: thousands of sockets would lie in TIME_WAIT. */
export function answer(value: unknown): never {
  process.stdout.write(`${JSON.stringify(value)}\n`);
  process.exit(0);
}

export function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === 10) count += 1;
  return count;
}

export const quantile = (values: readonly number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;
