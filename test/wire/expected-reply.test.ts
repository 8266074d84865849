/** What has to come in answer to what a client said. */
import { describe, expect, it } from "vitest";
import { expectedGreeting, expectedReply } from "../../src/wire/expected-reply.ts";

const first = (rule: string, sent: string, nth: number) => expectedReply(rule, { sent, nth })?.texts[0];

describe("the reply that the rules name", () => {
  it.each([
    ["CALC-0", "ann", 0, undefined],
    ["CALC-0", "15 + 35", 1, "50.0"],
    ["CALC-0", "1 / 0", 2, "Division by zero"],
    ["CALC-0", "15+35", 1, "Incorrect expression format"],
    ["CALC-0", "q", 3, undefined],
    ["ECHO-0", "hello ", 0, "hello"],
    ["ECHO-0", "download a.txt", 1, undefined],
    ["ECHO-0", "close", 2, undefined],
    ["KNOCK-2", "Knock knock..", 0, "Who's there?"],
    ["KNOCK-2", "Lettuce", 1, "Lettuce who?"],
    ["KNOCK-2", "Lettuce in!", 2, "Ha!"],
    ["RELAY-0", "alice", 0, "Message please"],
    ["RELAY-0", "hi|bob", 1, undefined],
    ["CHAT-0", ":Ann:ann", 0, "new user :Ann:ann connected!"],
    ["CHAT-0", ":Ann:hi", 1, ":Ann:hi"],
    ["REV-1", "hi", 0, undefined],
  ])("[%s] %j, message %i: %j", (rule, sent, nth, due) => {
    expect(first(rule, sent, nth)).toBe(due);
  });

  it("names the greeting of a server that speaks first", () => {
    expect(expectedGreeting("ECHO-0")).toBe("Enter your command please");
    expect(expectedGreeting("CALC-0")).toBeUndefined();
  });
});
