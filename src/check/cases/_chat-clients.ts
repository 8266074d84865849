/** Cases of the chat room's client [CHAT]. */
import { isWholeLogin, nameTaken, parseLogin, prefixOf } from "../../wire/chat.ts";
import { type ClientCase, defineCase } from "../case.ts";

const isLogin = (text: string) => parseLogin(text) !== undefined;

export const chatClients: readonly ClientCase[] = [
  defineCase({
    id: "CHAT-0.c.logs-in",
    advice: "Send :Name:login with a send() of its own before anything else.",
    side: "client",
    grade: "MUST",
    title: "says :Name:login first, in a message of its own",
    async run(t) {
      const server = await t.serve();
      await t.start();
      const login = await server.hears("a login", () => true, { withinMs: 3_000 });
      if (!isLogin(login))
        t.fail("the first message should be a login", { expected: ":Name:login", got: login });
      if (!isWholeLogin(login.trim())) t.remark("the login has one name only: it counts for both");
    },
  }),
  defineCase({
    id: "CHAT-2.c.own-prefix",
    advice: "Put :Name: before each text that is typed, with the name of your login.",
    side: "client",
    grade: "MUST",
    limitMs: 10_000,
    title: "puts its own :Name: before all that its user says",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await t.typed();
      const [login = "", ...messages] = server.heard;
      if (messages.length === 0) t.skip("with this input the client says nothing after its login");
      const name = parseLogin(login)?.name;
      if (name === undefined) return t.skip("its first message is not a login: see CHAT-0.c.logs-in");
      const prefix = prefixOf(name);
      const wrong = messages.find((text) => !text.startsWith(prefix));
      if (wrong !== undefined)
        t.fail(`a message does not begin with ${prefix}`, { expected: prefix, got: wrong });
    },
  }),
  defineCase({
    id: "CHAT-1.c.taken-asks-again",
    advice: "Print what the server says, and ask for another name.",
    side: "client",
    grade: "SHOULD",
    limitMs: 10_000,
    title: "tells its user that a name is taken, and goes on",
    async run(t) {
      const taken = nameTaken(t.word());
      await t.serve({
        deviation: { write: (bytes, nth) => (nth === 1 ? [Buffer.from(taken)] : nth === 0 ? [bytes] : []) },
      });
      await t.start();
      await t.prints(taken.trim(), { withinMs: 3_000 });
      if (t.crash !== undefined) t.fail(`the client crashed when its name was taken: ${t.crash}`);
    },
  }),
  defineCase({
    id: "CHAT-4.c.hears-while-typing",
    advice: "Read the server in a thread of its own, or wait for it and the keyboard with one select().",
    side: "client",
    grade: "MUST",
    limitMs: 10_000,
    title: "shows what others say while its user types nothing",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await server.hears("a login", isLogin, { withinMs: 3_000 });
      await t.typed();
      if (t.program?.exit) t.skip("with this input the client leaves at once");
      const bob = await server.guest();
      const text = t.word(10);
      bob.send(":Bob:boblog");
      await t.pause(100);
      bob.send(`:Bob:${text}`);
      await t.prints(text);
    },
  }),
  defineCase({
    id: "CHAT-0.c.leaves",
    advice: "The end of input is an EOFError in Python, NULL in C: close the connection there, and end.",
    side: "client",
    grade: "SHOULD",
    limitMs: 10_000,
    title: "closes the connection and ends when its input ends",
    async run(t) {
      const server = await t.serve();
      await t.start();
      await t.typed();
      t.endInput();
      await t.exits({ withinMs: 3_000 });
      await t.until("the client ended, and its connection did not", () => server.closing !== undefined);
    },
  }),
];
