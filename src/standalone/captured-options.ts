/** Options of the commands that read a capture file. */
import * as z from "zod";
import { printable } from "../printable.ts";
import { CaptureView } from "./capture-view.ts";
import type { StandaloneCall } from "./standalone-command.ts";

export const captureOptions = {
  capture: z
    .string()
    .min(1)
    .describe("the capture file, pcap or pcapng, of tcpdump, tshark, Wireshark or netlabctl"),
  role: z
    .string()
    .min(1)
    .optional()
    .describe("the role of its servers; without it, it is known by what is said, or by the port"),
};

/** The file that is named, looked at; a capture that was broken off is told up to there. */
export async function openCapture({
  options: { capture, role },
  err,
}: Pick<StandaloneCall<CaptureOptions>, "options" | "err">): Promise<CaptureView> {
  const view = await CaptureView.open({ file: capture, role });
  const { file, cutAt } = view;
  if (cutAt !== undefined)
    err(`${printable(file)} ends in the middle of a packet, at byte ${cutAt}: what comes before it is told`);
  return view;
}

interface CaptureOptions {
  readonly capture: string;
  readonly role?: string | undefined;
}
