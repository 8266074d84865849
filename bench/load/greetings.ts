/** Connects one after the other and waits for each greeting: ms for one, the median. */
import { answer, open, options, quantile } from "./_sockets.ts";

const { port, count } = options<{ port: number; count: number }>();
const waits: number[] = [];
for (let index = 0; index < count; index += 1) {
  const started = performance.now();
  await new Promise<void>((resolve, reject) => {
    open(port, () => resolve()).catch(reject);
  });
  waits.push(performance.now() - started);
}
answer({ medianMs: quantile(waits, 0.5) });
