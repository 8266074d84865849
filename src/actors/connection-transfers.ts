/** Files over a connection, either way: their bytes go past framing and outflow, and what breaks one off ends the connection with it. */
import { NetlabError } from "../errors.ts";
import type { Link } from "../link/link.ts";
import type { ByteSink, OpenFile } from "../machines/_world.ts";
import { causeOfError } from "../os/error-causes.ts";
import type { Story } from "../stories/story.ts";
import type { Closing } from "./closing.ts";
import { sendFile } from "./file-sender.ts";
import type { Intake } from "./intake.ts";
import type { Outflow } from "./outflow.ts";

export interface TransferParts {
  readonly link: Link;
  readonly story: Story;
  readonly intake: Intake;
  readonly outflow: Outflow;
  readonly closing: Closing;
}

/** Sends all of it when its turn has come. Rejects where it did not go whole: by then the connection is broken off. */
export async function sendOver(parts: TransferParts, file: OpenFile): Promise<void> {
  const { link, story, intake, outflow } = parts;
  await outflow.beginFile();
  const record = story.recordFile("out", file.name, file.sizeBytes);
  intake.framer.replied();
  try {
    await sendFile(link, file, record.moved);
  } catch (error) {
    breakOff(parts, error);
    throw error;
  } finally {
    outflow.endFile();
  }
}

/** Fewer bytes than announced: words would be taken for the file's, so only a broken connection tells the peer. */
function breakOff({ link, closing }: TransferParts, error: unknown): void {
  const why = causeOfError(error);
  if (!(error instanceof NetlabError && error.code === "peer-gone")) return closing.reset(why);
  closing.to({ type: "broke", cause: why });
  link.reset();
}

/** The next so many bytes of the peer, into a sink. Rejects where they do not all come, or the sink fails. */
export async function receiveOver(
  { intake, story }: TransferParts,
  sink: ByteSink,
  sizeBytes: number,
): Promise<void> {
  try {
    await intake.receiveInto(sink, sizeBytes);
  } catch (error) {
    story.fail("failed", causeOfError(error));
    throw error;
  }
}
