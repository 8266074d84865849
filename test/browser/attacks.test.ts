/** Attacks on the page in a real browser: by names, by other origins, by what peers say, by links of others. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ConnectionDocument, TestDaemon } from "../e2e/daemon.ts";
import { eventually } from "../e2e/eventually.ts";
import { Scene } from "../e2e/scene.ts";
import { hasChromium, launchChromium, linkOf, openPage } from "./chromium.ts";

const MARKUP = `<img src=x onerror=window.hit=1><script>window.hit=1</script>`;
const scene = new Scene();
let daemon: TestDaemon;
let browser: Browser;
let address: string;
/** Another program of this machine, on a port of its own. */
let other: Server;

beforeAll(async () => {
  if (!hasChromium) return;
  const roles = [
    { role: "calculator", port: 0, host: "127.0.0.1", label: "s042" },
    { role: "calculator", port: 0, host: "127.0.0.1", label: "s043" },
    { role: "chat", port: 0, host: "127.0.0.1", name: "room" },
    { role: "file-server", port: 0, host: "127.0.0.1", service: "pdf", token: "t", bootstrap: "127.0.0.1:9" },
  ];
  daemon = await TestDaemon.start(scene, { lab: JSON.stringify({ roles }) });
  address = new URL(await linkOf(daemon, "--port", "0")).origin;
  const { port } = new URL(address);
  browser = await launchChromium(`--host-resolver-rules=MAP evil.test 127.0.0.1:${port}`);
  other = createServer((_, response) =>
    response.setHeader("content-type", "text/html").end("<p>another</p>"),
  );
  await once(other.listen(0, "127.0.0.1"), "listening");
}, 120_000);
afterAll(async () => {
  await browser?.close();
  other?.close();
  await scene.end();
});

const portOf = (id: string) =>
  daemon.ready.instances.find((one) => one.id === id || one.name === id)?.port ?? 0;
const loggedIn = async (...words: string[]) => openPage(browser, await linkOf(daemon, ...words));
const otherAddress = () => `http://127.0.0.1:${(other.address() as AddressInfo).port}`;

/** Says this to a role, closes, and answers the id of the connection. */
async function say(id: string, ...texts: string[]): Promise<string> {
  const socket = connect(portOf(id), "127.0.0.1");
  await once(socket, "connect");
  const { localPort } = socket;
  for (const text of texts) {
    socket.write(text);
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  socket.end();
  return eventually(async () => {
    const all = await daemon.document<ConnectionDocument[]>("conns", "--all");
    const found = all.find(({ remote }) => remote === `127.0.0.1:${localPort}`);
    if (found?.state !== "closed") throw new Error("it is not over yet");
    return found.id;
  });
}

const goTo = (page: Page, hash: string) =>
  page.evaluate((place) => {
    location.hash = place;
  }, hash);

describe.skipIf(!hasChromium)("a name that was rebound to this machine (skipped without chromium)", () => {
  it("gets no page", async () => {
    const page = await openPage(browser, "http://evil.test/");
    expect(await page.textContent("body")).toContain("not this host");
  });
});

describe.skipIf(!hasChromium)("a page of another port of this machine (skipped without chromium)", () => {
  it("reads nothing, logs nothing in, opens no socket, and sees no session, also beside a page that is logged in", async () => {
    const own = await loggedIn();
    await own.waitForSelector(".wall");
    const page = await own.context().newPage();
    await page.goto(otherAddress());
    const found = await page.evaluate(async (target) => {
      const outcome = (promise: Promise<unknown>) =>
        promise.then(
          (value) => String(value),
          () => "refused",
        );
      const socket = new Promise((resolve, reject) => {
        const live = new WebSocket(`${target.replace("http", "ws")}/live`);
        live.onopen = () => resolve("open");
        live.onerror = () => reject(new Error("refused"));
      });
      const frame = document.createElement("iframe");
      frame.src = target;
      document.body.append(frame);
      await new Promise((resolve) => {
        frame.onload = resolve;
      });
      return {
        read: await outcome(fetch(target).then((answer) => answer.text())),
        login: await outcome(
          fetch(`${target}/login`, { method: "POST", body: "{}" }).then(({ status }) => status),
        ),
        blind: await outcome(
          fetch(`${target}/login`, { method: "POST", mode: "no-cors", body: "{}" }).then(({ type }) => type),
        ),
        socket: await outcome(socket),
        frame: frame.contentDocument === null ? "closed" : "open",
        sessions: localStorage.length,
        cookies: document.cookie,
      };
    }, address);
    // A blind request may be sent, and is refused: its answer cannot be read.
    expect(["opaque", "refused"]).toContain(found.blind);
    expect({ ...found, blind: "" }).toEqual({
      read: "refused",
      login: "refused",
      blind: "",
      socket: "refused",
      frame: "closed",
      sessions: 0,
      cookies: "",
    });
    expect(await own.context().cookies()).toEqual([]);
  });
});

describe.skipIf(!hasChromium)("markup from a peer (skipped without chromium)", () => {
  const holds = async (page: Page, text: string) => {
    await page.waitForFunction((words) => document.body.textContent?.includes(words), text);
    expect(
      await page.evaluate(() => [(window as { hit?: number }).hit, document.querySelectorAll("img").length]),
    ).toEqual([undefined, 0]);
  };

  it("is text: as a name, as an expression, in a card, and in the drawings", async () => {
    const id = await say("calculator-1", `${MARKUP}\n`, `1 ${MARKUP} 2\n`);
    const page = await loggedIn();
    await page.waitForSelector(".wall");
    await goTo(page, `#/connection/${id}`);
    await page.waitForSelector(".drawing text");
    await holds(page, "<script>window.hit=1</script>");
    await goTo(page, "#/student/s042");
    await page.waitForSelector(".card");
    await holds(page, "onerror");
  });

  it("is text: as a member's name in a room, and as what is said there", async () => {
    const id = await say("room", `:${MARKUP}:eve\n`, `${MARKUP}\n`);
    const page = await loggedIn();
    await page.waitForSelector(".wall");
    await goTo(page, `#/connection/${id}`);
    await holds(page, "onerror");
  });

  it("is text: as the name of a file", async () => {
    const id = await say("file-server-1", "t", `${MARKUP}.pdf`);
    const page = await loggedIn();
    await page.waitForSelector(".wall");
    await goTo(page, `#/connection/${id}`);
    await holds(page, "onerror");
  });

  it("is text: in the address, and at the prompt", async () => {
    const page = await loggedIn();
    await page.waitForSelector(".wall");
    await goTo(page, `#/connection/${encodeURIComponent(MARKUP)}`);
    await holds(page, "onerror");
    await goTo(page, "#/prompt");
    await page.fill("input", `spawn ${MARKUP}`);
    await page.press("input", "Enter");
    await holds(page, "onerror");
  });

  it("could not become elements even if the page tried: Trusted Types refuse it", async () => {
    const page = await loggedIn();
    await page.waitForSelector(".wall");
    const refused = await page.evaluate((markup) => {
      try {
        document.body.innerHTML = markup;
        return "taken";
      } catch (error) {
        return (error as Error).name;
      }
    }, MARKUP);
    expect(refused).toBe("TypeError");
  });
});

describe.skipIf(!hasChromium)("a student's page (skipped without chromium)", () => {
  it("shows the own stories, and nothing of another's by its address", async () => {
    const [own, others] = [
      await say("calculator-1", "ann\n", "1 + 2\n"),
      await say("calculator-2", "bob\n", "3 + 4\n"),
    ];
    const page = await loggedIn("link", "s042");
    await page.waitForSelector(`a[href="#/connection/${own}"]`);
    expect(await page.textContent("h1")).toBe("s042");
    expect(await page.textContent("nav")).toBe("");
    await goTo(page, `#/connection/${own}`);
    await page.waitForSelector(".story");
    await goTo(page, `#/connection/${others}`);
    await page.waitForFunction(() => document.body.textContent?.includes("No connection"));
    for (const hash of ["#/student/s043", "#/role/calculator-2", "#/lab"]) {
      await goTo(page, hash);
      await page.waitForFunction((text) => !document.body.textContent?.includes(text), "calculator-1/");
      expect(await page.textContent("main")).not.toMatch(/bob|3 \+ 4|calculator-2\//);
    }
  });

  it("cannot be told of more by a socket of its own making", async () => {
    const others = await say("calculator-2", "bob\n");
    const page = await loggedIn("link", "s042");
    await page.waitForSelector("h1");
    const told = await page.evaluate(async (connection) => {
      const socket = new WebSocket(`${location.origin.replace("http", "ws")}/live`);
      const texts: string[] = [];
      socket.onmessage = ({ data }) => texts.push(String(data));
      await new Promise((resolve) => {
        socket.onopen = resolve;
      });
      socket.send(JSON.stringify({ session: localStorage.getItem("netlabd-session") }));
      socket.send(JSON.stringify({ see: ["wall", `connection/${connection}`, "me/s043"] }));
      socket.send(JSON.stringify({ prompt: { id: 1, op: "run", line: `explain ${connection}` } }));
      await new Promise((resolve) => {
        socket.onclose = resolve;
      });
      return texts;
    }, others);
    expect(told.slice(1)).toEqual(
      ["wall", `connection/${others}`, "me/s043"].map((topic) => JSON.stringify({ topic, state: null })),
    );
  });
});
