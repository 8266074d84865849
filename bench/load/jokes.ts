/** Students of a class that tell jokes, one step at a time: each step moves the student's state. */
import { open, options } from "./_sockets.ts";

const { ports, everyMs } = options<{ ports: readonly number[]; everyMs: number }>();
const STEPS = ["Knock knock..\n", "Boo\n", "Don't cry!\n"];

await Promise.all(ports.map(tell));
process.stdout.write("\n");
process.stdin.on("end", () => process.exit(0)).resume();
process.stdin.on("close", () => process.exit(0));

/** One joke after another, each over its own connection; their steps are spread over the time between two. */
async function tell(port: number, index: number): Promise<void> {
  let socket = await open(port, () => undefined);
  let step = 0;
  const go = async () => {
    if (step < STEPS.length) socket.write(STEPS[step] ?? "");
    else socket.destroy();
    step += 1;
    if (step <= STEPS.length) return;
    step = 0;
    socket = await open(port, () => undefined);
  };
  setTimeout(() => setInterval(() => void go(), everyMs), (index * everyMs) / ports.length);
}
