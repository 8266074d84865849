/** The family of where a server listens: it is found wherever that is, and other cases hold nothing against it [FILE-6]. */
import { byteSwapped } from "../../wire/byte-swapped.ts";
import { defineCase, type ServerCase } from "../case.ts";

export const toldPort: ServerCase = defineCase({
  id: "ROBUST.told-port",
  side: "server",
  grade: "SHOULD",
  title: "listens on the port that its command tells it",
  needs: ["start"],
  advice: "Read the port from the command line, and give it to bind(): in C as htons(port).",
  byHand: "start it with a port of your choice, and look at ss -ltnup for the port on which it listens",
  async run(t) {
    const { port, toldPort: told } = t;
    if (told === undefined) return t.skip("its command does not name {port}");
    if (port === told) return;
    t.fail(
      port === byteSwapped(told)
        ? "it listens on the port whose two bytes are the told ones the other way round: htons() is missing"
        : "it listens on another port than the one that its command names",
    );
  },
});
