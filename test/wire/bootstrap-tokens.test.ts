/** Tokens in datagrams of the registry: found and masked, also where the datagram is malformed. */
import { describe, expect, it } from "vitest";
import { tokensIn, withoutTokens } from "../../src/wire/bootstrap.ts";

describe("a token", () => {
  it.each([
    ["REGISTRN,127.0.0.1,1236,pdf,secret", "REGISTRN,127.0.0.1,1236,pdf,****"],
    ["REGISTRN,127.0.0.1,99999,pdf,secret\n", "REGISTRN,127.0.0.1,99999,pdf,****\n"],
    ["REGISTRN 127.0.0.1 1236 pdf secret", "REGISTRN 127.0.0.1 1236 pdf ****"],
    ["REGISTRN,127.0.0.1,1236,pdf secret\0", "REGISTRN,127.0.0.1,1236,pdf ****\0"],
    ["registrn;127.0.0.1;1236;pdf;secret", "registrn;127.0.0.1;1236;pdf;****"],
    ["127.0.0.1,1236,pdf,secret", "127.0.0.1,1236,pdf,****"],
  ])("in %j is masked", (datagram, masked) => {
    expect(withoutTokens(datagram, "****")).toBe(masked);
    expect(tokensIn(datagram)).toEqual(["secret"]);
  });

  it.each([
    "DISCOVERY",
    "REGISTRN,127.0.0.1,1236",
    "REGISTRN 127.0.0.1 1236 pdf",
    "hello world of five words",
  ])("is not in %j", (datagram) => {
    expect(withoutTokens(datagram, "****")).toBe(datagram);
    expect(tokensIn(datagram).filter((token) => token !== "")).toEqual([]);
  });
});
