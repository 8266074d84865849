/** Cases of the calculator, both sides [CALC]. */
import { defineCase, defineChecks } from "../case.ts";

export default defineChecks({
  role: "calculator",
  cases: [
    defineCase({
      id: "CALC-2.division-by-zero",
      side: "server",
      grade: "MUST",
      title: "answers a division by zero in words, and goes on",
      async run(t) {
        const c = await t.connect();
        c.say(t.word());
        await c.taken();
        c.say(`${t.int(1, 99)} / 0`);
        await c.expect("Division by zero");
        await c.asks("1 + 2", "3.0");
      },
    }),
  ],
});
