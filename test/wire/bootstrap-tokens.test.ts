/** Tokens in datagrams of the registry: found and masked, also where the datagram is malformed. */
import { describe, expect, it } from "vitest";
import { tokensIn, withoutTokens } from "../../src/wire/bootstrap.ts";

describe("tokens", () => {
  it("are told of each service in an answer, without the white space around them, and each is masked", () => {
    const answer = "127.0.0.1,1236,pdf,one,1237,txt, two \r\n";
    expect(tokensIn(answer)).toEqual(["one", "two"]);
    expect(withoutTokens(answer, "****")).toBe("127.0.0.1,1236,pdf,****,1237,txt,****\r\n");
  });

  it("are looked for before the NUL alone", () => {
    expect(tokensIn("127.0.0.1,1236,pdf,one\0,1237,txt,two")).toEqual(["one"]);
  });
});

describe("a token", () => {
  it.each([
    ["REGISTRN,127.0.0.1,1236,pdf,secret", "REGISTRN,127.0.0.1,1236,pdf,****"],
    ["REGISTRN,127.0.0.1,99999,pdf,secret\n", "REGISTRN,127.0.0.1,99999,pdf,****\n"],
    ["REGISTRN 127.0.0.1 1236 pdf secret", "REGISTRN 127.0.0.1 1236 pdf ****"],
    ["REGISTRN,127.0.0.1,1236,pdf secret\0", "REGISTRN,127.0.0.1,1236,pdf ****\0"],
    ["registrn;127.0.0.1;1236;pdf;secret", "registrn;127.0.0.1;1236;pdf;****"],
    ["127.0.0.1,1236,pdf,secret", "127.0.0.1,1236,pdf,****"],
    [" 127.0.0.1,1236,pdf,secret", " 127.0.0.1,1236,pdf,****"],
    ["DEREGISTR,127.0.0.1,1236,secret", "DEREGISTR,127.0.0.1,1236,****"],
    [" \tREGISTRN  127.0.0.1 | 1236 ; pdf  secret \r\n", " \tREGISTRN  127.0.0.1 | 1236 ; pdf  **** \r\n"],
    ["REGISTRN,127.0.0.1,1236,a pdf file,secret", "REGISTRN,127.0.0.1,1236,a pdf file,****"],
  ])("in %j is masked", (datagram, masked) => {
    expect(withoutTokens(datagram, "****")).toBe(masked);
    expect(tokensIn(datagram)).toEqual(["secret"]);
  });

  it.each([
    "DISCOVERY",
    "REGISTRN,127.0.0.1,1236",
    "REGISTRN 127.0.0.1 1236 pdf",
    "hello world of five words",
    "I am registrn to you all",
    "REGISTRNS a b c d",
    "name,1236,pdf,word",
    "DEREGISTR,127.0.0.1,1236",
  ])("is not in %j", (datagram) => {
    expect(withoutTokens(datagram, "****")).toBe(datagram);
    expect(tokensIn(datagram).filter((token) => token !== "")).toEqual([]);
  });
});
