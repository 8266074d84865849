/**
 * Place of a process that does not come back: Node opens its inspector on a signal, also in the middle of an endless loop, and the
 * inspector stops it there and tells its stack.
 */
import { SourceMap } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { codeFolder } from "../places.ts";
import { shownFrom } from "../stack-place.ts";

interface Frame {
  readonly location: {
    readonly scriptId: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
}

interface Script {
  readonly url: string;
  readonly sourceMapURL: string;
}

type Params = {
  readonly callFrames: readonly Frame[];
  readonly scriptId: string;
  readonly url: string;
  readonly sourceMapURL: string;
};

/** `file.ts:12:5`, the innermost place in a role's own files; undefined: it is in none. Rejects when it takes too long. */
export async function sampleStack(inspector: Promise<string>, limitMs: number): Promise<string | undefined> {
  const late = new Promise<never>((_, reject) => setTimeout(reject, limitMs, new Error("too late")).unref());
  const url = await Promise.race([inspector, late]);
  const socket = new WebSocket(url);
  try {
    return await Promise.race([placeFrom(socket), late]);
  } finally {
    socket.close();
  }
}

function placeFrom(socket: WebSocket): Promise<string | undefined> {
  const scripts = new Map<string, Script>();
  return new Promise((resolve, reject) => {
    socket.addEventListener("error", () => reject(new Error("no inspector")));
    socket.addEventListener("open", () => {
      for (const [id, method] of ["Debugger.enable", "Debugger.pause"].entries())
        socket.send(JSON.stringify({ id, method }));
    });
    socket.addEventListener("message", ({ data }) => {
      const { method, params } = JSON.parse(String(data)) as { method?: string; params: Params };
      if (method === "Debugger.scriptParsed") scripts.set(params.scriptId, params);
      if (method === "Debugger.paused") resolve(placeOf(params.callFrames, scripts));
    });
  });
}

function placeOf(frames: readonly Frame[], scripts: ReadonlyMap<string, Script>): string | undefined {
  for (const { location } of frames) {
    const script = scripts.get(location.scriptId);
    const map = script && ownMap(script);
    if (!map) continue;
    const entry = map.findEntry(location.lineNumber, location.columnNumber);
    if (!("originalSource" in entry)) continue;
    const file = fileURLToPath(entry.originalSource);
    return `${shownFrom("", file)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  }
  return undefined;
}

/** A role's module has its source map in itself; no other module that it runs has one. */
function ownMap({ url, sourceMapURL }: Script): SourceMap | undefined {
  if (!url.startsWith("file:") || fileURLToPath(url).startsWith(codeFolder + path.sep)) return undefined;
  const data = /^data:application\/json;base64,(.*)$/.exec(sourceMapURL)?.[1];
  if (data === undefined) return undefined;
  return new SourceMap(JSON.parse(Buffer.from(data, "base64").toString()));
}
