import { describe, expect, test } from "vitest";
import {
  checkListing,
  discoveryAnswer,
  isEnd,
  type Listing,
  parseBootstrapRequest,
  parseListing,
} from "../../src/wire/bootstrap.ts";

const longest = "x".repeat(64);
const tooLong = "x".repeat(65);
/** One character each, though two UTF-16 units. */
const longestEmoji = "👋".repeat(64);

const registration = (fields: Partial<Record<"ip" | "port" | "service" | "token", string>>) => {
  const { ip, port, service, token } = {
    ip: "10.0.0.1",
    port: "1236",
    service: "pdf",
    token: "t",
    ...fields,
  };
  return `REGISTRN,${ip},${port},${service},${token}`;
};

describe("REGISTRN [BOOT-2]", () => {
  test("is read field by field", () => {
    expect(parseBootstrapRequest("REGISTRN,192.168.126.137,1236,pdf,server1")).toEqual({
      ok: true,
      value: {
        type: "register",
        entry: { ip: "192.168.126.137", port: 1236, service: "pdf", token: "server1" },
      },
    });
  });

  test.each<[string, Parameters<typeof registration>[0]]>([
    ["the first port", { port: "1" }],
    ["the last port", { port: "65535" }],
    ["IPv4 at its limits", { ip: "255.255.255.255" }],
    ["IPv6", { ip: "2001:db8::8a2e:370:7334" }],
    ["the IPv6 loopback", { ip: "::1" }],
    ["IPv4 within IPv6", { ip: "::ffff:192.0.2.1" }],
    ["a service of one character", { service: "p" }],
    ["a service of 64 characters", { service: longest }],
    ["a token of 64 characters", { token: longest }],
    ["64 characters that are two units each", { service: longestEmoji, token: longestEmoji }],
    ["words of any script", { service: "книга", token: "grüße 你好" }],
    ["white space within a field", { service: "old files", token: " t " }],
  ])("takes %s", (_, fields) => {
    const { ip, port, service, token } = {
      ip: "10.0.0.1",
      port: "1236",
      service: "pdf",
      token: "t",
      ...fields,
    };
    expect(parseBootstrapRequest(registration(fields))).toEqual({
      ok: true,
      value: { type: "register", entry: { ip, port: Number(port), service, token } },
    });
  });

  test.each<[string, string, RegExp]>([
    ["no field", "REGISTRN", /^use REGISTRN/],
    ["three fields", "REGISTRN,10.0.0.1,1236,pdf", /^use REGISTRN/],
    ["five fields", "REGISTRN,10.0.0.1,1236,pdf,t,t", /^use REGISTRN/],
    ["a comma at its end", "REGISTRN,10.0.0.1,1236,pdf,t,", /^use REGISTRN/],
    ["a host name", registration({ ip: "localhost" }), /^ip/],
    ["no ip", registration({ ip: "" }), /^ip/],
    ["an ip out of range", registration({ ip: "10.0.0.256" }), /^ip/],
    ["half an ip", registration({ ip: "10.0.0" }), /^ip/],
    ["an ip with a blank", registration({ ip: " 10.0.0.1" }), /^ip/],
    ["an IPv6 in brackets", registration({ ip: "[::1]" }), /^ip/],
    [
      "an ip with a zone, which means something on one machine alone",
      registration({ ip: "fe80::1%eth0" }),
      /^ip/,
    ],
    ["a long run of hex", registration({ ip: "1:2:3:4:5:6:7:8:9" }), /^ip/],
    ["no port", registration({ port: "" }), /^port/],
    ["port 0", registration({ port: "0" }), /^port/],
    ["a port over the last", registration({ port: "65536" }), /^port/],
    ["a port of six digits", registration({ port: "001236" }), /^port/],
    ["a negative port", registration({ port: "-1" }), /^port/],
    ["a port with a sign", registration({ port: "+1236" }), /^port/],
    ["a broken port", registration({ port: "12.5" }), /^port/],
    ["a hexadecimal port", registration({ port: "0x50" }), /^port/],
    ["a port with an exponent", registration({ port: "1e3" }), /^port/],
    ["digits of another script", registration({ port: "١٢٣" }), /^port/],
    ["no service", registration({ service: "" }), /^service/],
    ["a service of 65 characters", registration({ service: tooLong }), /^service/],
    ["no token", registration({ token: "" }), /^token/],
    ["a token of 65 characters", registration({ token: tooLong }), /^token/],
    ["65 characters that are two units each", registration({ token: `${longestEmoji}👋` }), /^token/],
  ])("refuses %s", (_, datagram, why) => {
    expect(parseBootstrapRequest(datagram)).toEqual({ ok: false, why: expect.stringMatching(why) });
  });

  test("is not complete before its last field, however it is cut short", () => {
    // A datagram that does not fit its reader's buffer arrives cut, and must not register something else.
    const whole = "REGISTRN,192.168.126.137,1236,pdf,";
    for (let length = 0; length <= whole.length; length += 1) {
      expect(parseBootstrapRequest(whole.slice(0, length)).ok, whole.slice(0, length)).toBe(false);
    }
  });
});

describe("DISCOVERY, DEREGISTR and bye", () => {
  test.each([
    ["DISCOVERY", { type: "discover", service: undefined }],
    ["DISCOVERY,pdf", { type: "discover", service: "pdf" }],
    ["DISCOVERY,книга", { type: "discover", service: "книга" }],
    ["DEREGISTR,10.0.0.1,1236,server1", { type: "deregister", ip: "10.0.0.1", port: 1236, token: "server1" }],
    ["DEREGISTR,::1,65535,t", { type: "deregister", ip: "::1", port: 65_535, token: "t" }],
    ["bye", { type: "stop" }],
  ])("reads %j [BOOT-4, BOOT-5, BOOT-6]", (datagram, value) => {
    expect(parseBootstrapRequest(datagram)).toEqual({ ok: true, value });
  });

  test.each([
    ["DISCOVERY,", /^use DISCOVERY/],
    ["DISCOVERY,pdf,txt", /^use DISCOVERY/],
    ["DEREGISTR", /^use DEREGISTR/],
    ["DEREGISTR,10.0.0.1,1236", /^use DEREGISTR/],
    ["DEREGISTR,10.0.0.1,1236,pdf,t", /^use DEREGISTR/],
    ["DEREGISTR,here,1236,t", /^ip/],
    ["DEREGISTR,10.0.0.1,0,t", /^port/],
    ["DEREGISTR,10.0.0.1,1236,", /^token/],
  ])("refuses %j [BOOT-5]", (datagram, why) => {
    expect(parseBootstrapRequest(datagram)).toEqual({ ok: false, why: expect.stringMatching(why) });
  });
});

describe("a datagram [BOOT-6]", () => {
  const endings = ["\0", "\n", "\r\n", "\r", "\n\0", "\r\n\0\0\0", "\0\n\0"];

  test.each(endings)("may end in %j", (ending) => {
    expect(parseBootstrapRequest(`DISCOVERY${ending}`)).toEqual(parseBootstrapRequest("DISCOVERY"));
    expect(parseBootstrapRequest(registration({}) + ending)).toEqual(parseBootstrapRequest(registration({})));
  });

  test("may be a fixed buffer with what an earlier message left in it", () => {
    const stale = `${registration({})}\0ERN,10.0.0.9,9,old,old\0`;
    expect(parseBootstrapRequest(stale)).toEqual(parseBootstrapRequest(registration({})));
  });

  test.each(["", "\0", "\r\n", "\0\0\0\n"])("that holds nothing is empty: %j", (datagram) => {
    expect(parseBootstrapRequest(datagram)).toEqual({ ok: false, why: "empty datagram" });
  });

  test("costs no more than its length, whatever it is full of", () => {
    // Each took 2 s when endings were searched from every one of them; together they would be past any time limit.
    const full = `${"\n".repeat(65_000)}x`;
    for (let count = 0; count < 20; count += 1) {
      expect(parseBootstrapRequest(full).ok).toBe(false);
      expect(parseListing(full).ok).toBe(false);
      expect(isEnd(full)).toBe(false);
    }
  });

  test.each([
    "HELLO",
    "discovery",
    "DISCOVERY pdf",
    " DISCOVERY",
    "REGISTR,a",
    "bye bye",
    "\ufffd",
    ",",
    "constructor",
  ])("that nobody knows is told so: %j", (datagram) => {
    const parsed = parseBootstrapRequest(datagram);
    expect(parsed).toEqual({ ok: false, why: expect.stringMatching(/^unknown request|^empty/) });
  });
});

describe("checkListing [BOOT-2]", () => {
  const good = { ip: "10.0.0.1", port: "1236", service: "pdf", token: "server1" };

  test("finds nothing wrong with a good entry", () => {
    expect(checkListing(good)).toBeUndefined();
  });

  test.each([
    [{ service: "a,b" }, /^service/],
    [{ token: "a,b" }, /^token/],
    [{ ip: "x", port: "x" }, /^ip/],
  ])("names the first field that is wrong: %j", (wrong, why) => {
    expect(checkListing({ ...good, ...wrong })).toMatch(why);
  });
});

describe("discoveryAnswer [BOOT-4]", () => {
  const listing = (ip: string, port: number, service = "pdf", token = "t"): Listing => ({
    ip,
    port,
    service,
    token,
  });

  test("is end alone where nothing is registered", () => {
    expect(discoveryAnswer([])).toEqual(["end"]);
  });

  test("is the wire's example", () => {
    const answer = discoveryAnswer([
      listing("192.168.126.139", 1238, "txt", "server3"),
      listing("192.168.126.137", 1236, "pdf", "server1"),
      listing("192.168.126.139", 1239, "png", "server4"),
    ]);
    expect(answer).toEqual([
      "192.168.126.137,1236,pdf,server1",
      "192.168.126.139,1238,txt,server3,1239,png,server4",
      "end",
    ]);
  });

  test("has its IPs in string order", () => {
    const ips = ["9.0.0.1", "10.0.0.2", "::1", "10.0.0.10", "2001:db8::1", "192.168.1.1"];
    const answer = discoveryAnswer(ips.map((ip) => listing(ip, 1)));
    expect(answer.map((datagram) => datagram.split(",")[0])).toEqual([
      "10.0.0.10",
      "10.0.0.2",
      "192.168.1.1",
      "2001:db8::1",
      "9.0.0.1",
      "::1",
      "end",
    ]);
  });

  test("has the services of an IP by port, whatever order they came in", () => {
    const answer = discoveryAnswer([listing("::1", 10), listing("::1", 9), listing("::1", 65_535)]);
    expect(answer).toEqual(["::1,9,pdf,t,10,pdf,t,65535,pdf,t", "end"]);
  });

  test("is read from anything that can be gone through once", () => {
    const once = [listing("::1", 9)].values();
    expect(discoveryAnswer(once)).toEqual(["::1,9,pdf,t", "end"]);
  });

  test.each([
    ["ASCII", "x".repeat(64)],
    ["characters of four bytes", longestEmoji],
  ])("continues an IP that does not fit 1400 bytes, with the ip again: %s", (_, token) => {
    const listings = Array.from({ length: 200 }, (_, index) => listing("10.0.0.1", index + 1, "pdf", token));
    const answer = discoveryAnswer(listings);
    expect(answer.at(-1)).toBe("end");
    expect(answer.length).toBeGreaterThan(10);
    for (const datagram of answer) expect(Buffer.byteLength(datagram)).toBeLessThanOrEqual(1_400);
    for (const datagram of answer.slice(0, -1)) expect(datagram).toMatch(/^10\.0\.0\.1,\d+,pdf,/);
    expect(answer.flatMap(valuesOf)).toEqual(listings);
  });

  test("fills a datagram to its last byte", () => {
    const parts = Array.from({ length: 99 }, (_, index) => listing("1.1.1.1", 10_000 + index, "a", "bbbbb"));
    const lengths = (token: string) =>
      discoveryAnswer([listing("1.1.1.1", 1, "a", token), ...parts]).map((datagram) => datagram.length);
    expect(lengths("bb")).toEqual([1_400, "end".length]);
    expect(lengths("bbb")).toEqual([
      1_401 - ",10098,a,bbbbb".length,
      "1.1.1.1,10098,a,bbbbb".length,
      "end".length,
    ]);
  });
});

describe("parseListing", () => {
  const expected = [
    { ip: "192.168.126.139", port: 1238, service: "txt", token: "server3" },
    { ip: "192.168.126.139", port: 1239, service: "png", token: "server4" },
  ];

  test.each([
    ["our own", "192.168.126.139,1238,txt,server3,1239,png,server4"],
    ["with a newline", "192.168.126.139,1238,txt,server3,1239,png,server4\n"],
    ["with CRLF and NUL", "192.168.126.139,1238,txt,server3,1239,png,server4\r\n\0"],
    ["in a padded buffer", `192.168.126.139,1238,txt,server3,1239,png,server4${"\0".repeat(900)}`],
    ["in a buffer with stale bytes", "192.168.126.139,1238,txt,server3,1239,png,server4\0er5,1240\0"],
    ["with blanks behind its commas", "192.168.126.139, 1238, txt, server3, 1239, png, server4 "],
    ["with blanks and tabs all over", " 192.168.126.139\t,1238 ,txt , server3,1239,\tpng,server4\t"],
    ["one service a line", "192.168.126.139,1238,txt,server3,\n1239,png,server4\n"],
  ])("reads an answer %s", (_, datagram) => {
    expect(parseListing(datagram)).toEqual({ ok: true, value: expected });
  });

  test.each(["end", "end\n", "end\r\n", "end\0\0", "end \n", "end\0stale"])(
    "takes %j for an empty list",
    (datagram) => {
      expect(parseListing(datagram)).toEqual({ ok: true, value: [] });
      expect(isEnd(datagram)).toBe(true);
    },
  );

  test.each(["ending", "", "\n", "END", "192.168.126.139,1,end,end", "the end"])(
    "does not take %j for the end",
    (datagram) => {
      expect(isEnd(datagram)).toBe(false);
      expect(parseListing(datagram)).not.toEqual({ ok: true, value: [] });
    },
  );

  test("keeps duplicates, which other people's registries append", () => {
    expect(valuesOf("::1,9,pdf,t,9,pdf,t")).toHaveLength(2);
  });

  test("tells what the registry answers", () => {
    expect(parseListing("ERROR,empty datagram\n")).toEqual({
      ok: false,
      why: "the registry answers: ERROR,empty datagram",
    });
  });

  test.each([
    ["nothing", "", /^not an answer/],
    ["a greeting", "hello", /^not an answer/],
    ["an ip alone", "192.168.126.139", /^not an answer/],
    ["half a service", "192.168.126.139,1238,txt", /^not an answer/],
    ["a comma at its end", "192.168.126.139,1238,txt,server3,", /^not an answer/],
    ["a service too much", "192.168.126.139,1238,txt,server3,1239", /^not an answer/],
    ["a host name", "localhost,1238,txt,server3", /^not an answer/],
    ["port 0", "192.168.126.139,0,txt,server3", /^not a port: "0"/],
    ["a word for a port", "192.168.126.139,txt,1238,server3", /^not a port: "txt"/],
    ["a second port that is none", "192.168.126.139,1,a,b,70000,c,d", /^not a port: "70000"/],
  ])("refuses %s", (_, datagram, why) => {
    expect(parseListing(datagram)).toEqual({ ok: false, why: expect.stringMatching(why) });
  });

  test("shows no more than the beginning of what it refuses", () => {
    const parsed = parseListing("x".repeat(60_000));
    expect(!parsed.ok && parsed.why.length).toBeLessThan(120);
  });
});

function valuesOf(datagram: string): Listing[] {
  const parsed = parseListing(datagram);
  expect(parsed.ok).toBe(true);
  return parsed.ok ? parsed.value : [];
}
