/** Servers of datagrams that somebody watched: what is wrong with their answers has the cards that our own clients give. */
import { describe, expect, it } from "vitest";
import { look } from "../../src/onlooker/look.ts";
import { conversation, type Line } from "./conversations.ts";

const seen = async (role: string, lines: readonly Line[], quietMs = 0) => {
  const talk = conversation(7_000, lines, { transport: "udp" });
  const { fault, cards, disagreements, judged } = await look({
    conversation: { ...talk, until: (talk.until ?? 0) + quietMs * 1_000 },
    role,
  });
  return {
    fault,
    cards: cards.map(({ side, id }) => `${side} ${id}`),
    verdict: judged.verdict,
    said: disagreements.map(({ said }) => String(said)),
  };
};
const RIGHT = { fault: undefined, cards: [], verdict: "ok", said: [] };

describe("an acknowledger", () => {
  it("that says Ok is right, however often it is asked", async () => {
    expect(await seen("ack", ["C> hello", "S> Ok", 500, "C> again", "S> Ok"])).toEqual(RIGHT);
  });

  it("that says another word answers with words that the protocol does not have [D37]", async () => {
    expect(await seen("ack", ["C> hello", "S> OK"])).toMatchObject({
      fault: "server",
      cards: ["server D37"],
    });
  });

  it("that says nothing within two seconds does not answer [D84]", async () => {
    expect(await seen("ack", ["C> hello"], 3_000)).toMatchObject({ fault: "server", cards: ["server D84"] });
    expect(await seen("ack", ["C> hello"], 100)).toMatchObject({ fault: undefined, cards: [] });
  });

  it("that answers once, and then no more, has ended or reads no second datagram [D84]", async () => {
    expect(await seen("ack", ["C> a", "S> Ok", "C> b"], 3_000)).toMatchObject({ cards: ["server D84"] });
  });
});

describe("a clock", () => {
  it("is right with any date and any time of the right form", async () => {
    expect(await seen("clock", ["C> SEND_DATE", "S> 01/02/03", "C> SEND_TIME", "S> 23:59:59"])).toEqual(
      RIGHT,
    );
  });

  it("with a date of another form says words that the protocol does not have [D37]", async () => {
    const told = await seen("clock", ["C> SEND_DATE", "S> 2026-01-02"]);
    expect(told).toMatchObject({ fault: "server", cards: ["server D37"], said: ["2026-01-02"] });
  });

  it("that is silent does not answer [D84]", async () => {
    expect(await seen("clock", ["C> SEND_TIME"], 3_000)).toMatchObject({ cards: ["server D84"] });
  });

  it("that is asked wrongly, and says so, is right: the mistake is the client's", async () => {
    expect(await seen("clock", ["C> send_date", "S> Invalid request"])).toMatchObject({ fault: "client" });
  });
});

describe("a registry", () => {
  const listing = "S> 127.0.0.1,4567,pdf,server1";

  it("that lists its servers and ends is right", async () => {
    expect(await seen("bootstrap", ["C> DISCOVERY", listing, "S> end"])).toEqual(RIGHT);
  });

  it("that never says end has that card alone [D85]", async () => {
    expect(await seen("bootstrap", ["C> DISCOVERY", listing], 6_000)).toMatchObject({
      fault: "server",
      cards: ["server D85"],
    });
  });

  it("that lists in a form of its own says words that the protocol does not have [D37]", async () => {
    expect(await seen("bootstrap", ["C> DISCOVERY", "S> pdf at 127.0.0.1:4567", "S> end"])).toMatchObject({
      cards: ["server D37"],
    });
  });

  it("that is silent does not answer [D84]", async () => {
    expect(await seen("bootstrap", ["C> DISCOVERY"], 6_000)).toMatchObject({ cards: ["server D84"] });
  });

  it("that takes a registration without a word is right: that is the rule", async () => {
    expect(await seen("bootstrap", ["C> REGISTRN,127.0.0.1,4567,pdf,server1"], 6_000)).toEqual(RIGHT);
  });
});
