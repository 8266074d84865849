/** Every peer's link is seen before its first byte: what goes over it can be heard whole, and another can stand in its place. */
import { describe, expect, it } from "vitest";
import type { Link } from "../../src/link/link.ts";
import { converse, eventually, openLab } from "../actors/harness.ts";

describe("an environment that is told of links", () => {
  it("hears all of a conversation, a file's bytes included", async () => {
    const heard: Record<"in" | "out", Buffer[]> = { in: [], out: [] };
    const ids: string[] = [];
    const onLink = (link: Link, id: string) => {
      ids.push(id);
      link.tap((event) => "bytes" in event && heard[event.kind].push(Buffer.from(event.bytes)));
      return link;
    };
    const lab = await openLab([], { onLink });
    const bytes = await lab.addFile("server.pdf", 300_000);
    const peer = await converse(await lab.serveFiles());
    peer.say("server1\nserver.pdf\n");
    await peer.hearsBytes(6 + 6 + 4);
    peer.say("Got\n");
    expect((await peer.hearsBytes(bytes.length)).equals(bytes)).toBe(true);
    const story = lab.storyOf(peer);
    expect(ids).toEqual([story.subject.id]);
    expect(Buffer.concat(heard.in).toString()).toBe("server1\nserver.pdf\nGot\n");
    expect(Buffer.concat(heard.out).subarray(16).equals(bytes)).toBe(true);
    expect(Buffer.concat(heard.out)).toHaveLength(story.bytesOut);
  });

  it("may have another link stand in a link's place", async () => {
    const loud = (link: Link): Link =>
      Object.create(link, {
        write: { value: (bytes: Buffer) => link.write(Buffer.from(bytes.toString().toUpperCase())) },
        writeText: { value: (text: string) => link.writeText(text.toUpperCase()) },
        attach: { value: (handlers: never) => link.attach(handlers) },
        queuedBytes: { get: () => link.queuedBytes },
        end: { value: (then: () => void) => link.end(then) },
        destroy: { value: () => link.destroy() },
        pause: { value: () => link.pause() },
        resume: { value: () => link.resume() },
      }) as Link;
    const lab = await openLab([], { onLink: loud });
    const peer = await converse(await lab.serveFiles());
    peer.say("server1\n");
    await peer.hears("VALID\n");
    peer.end();
    await peer.over();
    await eventually(() => expect(lab.storyOf(peer).endedAt).toBeDefined());
  });
});
