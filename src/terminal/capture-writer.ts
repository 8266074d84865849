/**
 * `capture`: the daemon hands stories over as data, and packets are made here, so that a Wireshark that stands still holds up this
 * client alone.
 */
import {
  type CapturedEnd,
  type CapturedEntry,
  type CapturedPiece,
  type CapturedStory,
  CaptureEncoder,
  captureHead,
  messagesHead,
  roleComment,
} from "../capture/capture-encoder.ts";
import { type CaptureSink, fileSink, streamSink, wiresharkSink } from "../capture/capture-sink.ts";
import { version } from "../config.ts";
import { exitCodes, NetlabError } from "../errors.ts";
import { printable } from "../printable.ts";
import type { ClientCall } from "./client-commands.ts";

const PORTION = 1_000;

interface CaptureOptions {
  readonly out?: string | undefined;
  readonly live: boolean;
  readonly messages: boolean;
  readonly whole: boolean;
  readonly wireshark: boolean;
  readonly showTokens: boolean;
}

/** Documents of `records`. */
type Told = CapturedStory | CapturedEntry | CapturedPiece | CapturedEnd | { readonly lost: number };

export async function capture(call: ClientCall): Promise<number> {
  const options = call.options as unknown as CaptureOptions;
  const { console } = call;
  if (options.out !== undefined && options.wireshark) throw new NetlabError("usage/capture-twice");
  if (options.whole && !options.live) throw new NetlabError("usage/capture-whole");
  if (options.whole && options.messages) throw new NetlabError("usage/capture-whole-messages");
  if (options.out === undefined && !options.wireshark && console.screen.isTTY)
    throw new NetlabError("usage/capture-to-terminal");
  return options.live ? live(call, options) : whole(call, options);
}

const sinkFor = ({ console }: ClientCall, { out, wireshark }: CaptureOptions): Promise<CaptureSink> => {
  if (wireshark) return wiresharkSink();
  return out === undefined ? Promise.resolve(streamSink(console.screen)) : fileSink(out);
};

/** Everything as it stands now, in the order in which it happened. */
async function whole(call: ClientCall, options: CaptureOptions): Promise<number> {
  const stories: CapturedStory[] = [];
  const exit = await records(call, options, (told) => {
    if ("record" in told) stories.push(told);
  });
  if (exit !== exitCodes.done) return exit;
  if (stories.length === 0) {
    await call.console.err("no connection matches, so nothing was written");
    return exitCodes.noSuchThing;
  }
  const sink = await sinkFor(call, options);
  const roles = new Map(
    stories.map(({ record: { subject } }) => [subject.instance, roleComment(subject)] as const),
  );
  const { messages: isMessages } = options;
  const packets = new CaptureEncoder({ isMessages }).stories(stories);
  const head = isMessages ? messagesHead : captureHead;
  await sink.write(head(version, [...roles.values()]));
  for (const some of inPortions(packets)) await sink.write(Buffer.concat(some));
  await sink.end();
  const what = `${counted(stories.length, "connection")}, ${counted(packets.length, isMessages ? "message" : "packet")}`;
  if (sink.isFile) await call.console.err(`wrote ${printable(options.out ?? "")}: ${what}`);
  return exitCodes.done;
}

/** Packets that are written at once: many, but not a second copy of all. */
function* inPortions(packets: readonly Buffer[]): Generator<Buffer[]> {
  for (let at = 0; at < packets.length; at += PORTION) yield packets.slice(at, at + PORTION);
}

/** Entries as they come. The head goes first, so that Wireshark opens before anybody has spoken. */
async function live(call: ClientCall, options: CaptureOptions): Promise<number> {
  const sink = await sinkFor(call, options);
  const { messages: isMessages, whole: isWhole } = options;
  const encoder = new CaptureEncoder({ isMessages, isWhole });
  const selected = call.rest.length > 0 ? call.rest.join(" ") : "everything";
  await sink.write((isMessages ? messagesHead : captureHead)(version, [`live: ${selected}`]));
  if (sink.isFile) await call.console.err(`capturing ${printable(selected)}; Ctrl-C ends it`);
  let packets = 0;
  const exit = await records(
    call,
    options,
    async (told) => {
      if ("lost" in told) {
        encoder.note(
          `${counted(told.lost, "entry", "entries")} of the daemon's were lost here: this reader is too slow`,
        );
        return;
      }
      const blocks = blocksOf(told, encoder);
      packets += blocks.length;
      if (blocks.length > 0) await sink.write(Buffer.concat(blocks));
    },
    sink.gone,
  );
  if (sink.gone.aborted) return exitCodes.done;
  await sink.end();
  if (sink.isFile)
    await call.console.err(
      `wrote ${printable(options.out ?? "")}: ${counted(packets, isMessages ? "message" : "packet")}`,
    );
  return exit === exitCodes.interrupted ? exitCodes.done : exit;
}

function blocksOf(told: Exclude<Told, { readonly lost: number }>, encoder: CaptureEncoder): Buffer[] {
  if ("record" in told) return encoder.begin(told);
  if ("over" in told) {
    encoder.over(told.id);
    return [];
  }
  return "piece" in told ? encoder.piece(told) : encoder.entry(told);
}

/** Ends with the exit status of the question; its messages are shown. */
async function records(
  { runner, rest, console }: ClientCall,
  { live: isLive, messages, whole: isWhole, showTokens }: CaptureOptions,
  take: (told: Told) => void | Promise<void>,
  gone?: AbortSignal,
): Promise<number> {
  const flags = [
    ...(isLive ? ["--follow"] : []),
    ...(messages ? ["--messages"] : []),
    ...(isWhole ? ["--whole"] : []),
    ...(showTokens ? ["--show-tokens"] : []),
  ];
  const argv = ["records", "--json", ...flags, "--", ...rest];
  const request = runner.client.request(
    "run",
    { argv },
    { err: (text) => console.err(text), data: (document) => take(document as Told) },
  );
  const interrupt = () => runner.client.interrupt(request.id);
  console.signal.addEventListener("abort", interrupt, { once: true });
  gone?.addEventListener("abort", interrupt, { once: true });
  try {
    return (await request).exit;
  } catch (error) {
    // A reader that has gone is told nothing.
    if (gone?.aborted) return exitCodes.done;
    throw error;
  } finally {
    console.signal.removeEventListener("abort", interrupt);
  }
}

const counted = (count: number, one: string, several = `${one}s`) =>
  `${count} ${count === 1 ? one : several}`;
