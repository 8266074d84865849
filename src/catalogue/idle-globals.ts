/**
 * The world of a module that is read for what it says, and not to do anything: what only computes, or reads a file at once, is the real
 * thing; timers, sockets, programs, listeners and exits are there, and nothing comes of them.
 */
import { usualVariables } from "../usual-variables.ts";

/** A thing of any kind that does nothing: may be called, made, extended, asked for anything. */
export const idle: object = new Proxy(class {}, {
  get: (target, name) => {
    if (name === "prototype") return target.prototype;
    // No promise: an `await` of it goes on.
    if (name === "then") return undefined;
    if (name === Symbol.toPrimitive) return () => "";
    if (name === Symbol.iterator) return [][Symbol.iterator];
    return idle;
  },
  set: () => true,
  apply: () => idle,
  construct: (target, args, made) =>
    (made as unknown) === idle ? idle : (Reflect.construct(target, args, made) as object),
});

/** These of a thing's names, and nothing comes of the others. */
function partlyIdle(real: object, names: readonly string[]): object {
  return new Proxy(pick(real, names), {
    get: (target, name) =>
      name in target
        ? target[name as string]
        : name === "default"
          ? asDefault(target)
          : Reflect.get(idle, name),
    has: () => true,
  });
}

const asDefault = (held: object) => partlyIdle(held, Object.keys(held));

/** Modules that start nothing by themselves. */
const WHOLE = [
  "assert",
  "assert/strict",
  "buffer",
  "constants",
  "crypto",
  "events",
  "os",
  "path",
  "path/posix",
  "path/win32",
  "querystring",
  "stream",
  "string_decoder",
  "url",
  "util",
  "util/types",
  "zlib",
];

const READING = [
  "constants",
  "existsSync",
  "lstatSync",
  "readFileSync",
  "readdirSync",
  "realpathSync",
  "statSync",
];

/** Answer to an import of a module of Node's own. */
export function quietModule(name: string): object {
  const plain = name.replace(/^node:/, "");
  if (plain === "process") return quietProcess();
  if (plain === "fs") return partlyIdle(process.getBuiltinModule("node:fs"), READING);
  if (!WHOLE.includes(plain)) return partlyIdle({}, []);
  const real = process.getBuiltinModule(name) as object;
  return new Proxy(real, { get: (target, key) => (key === "default" ? target : Reflect.get(target, key)) });
}

/** Of this process: what it is, and nothing of what it can do. Copies: what a module does to them is its own affair. */
const OF_PROCESS = ["arch", "argv", "execArgv", "execPath", "pid", "platform", "version", "versions"];
const ASKED = ["cwd", "hrtime", "uptime"];

function quietProcess(): object {
  const plain = structuredClone(pick(process, OF_PROCESS));
  const shown = { ...plain, ...pick(process, ASKED), env: usualVariables(), exit: exiting };
  return partlyIdle(shown, Object.keys(shown));
}

function exiting(): never {
  throw new Error("it calls process.exit");
}

const COMPUTING = [
  "AbortController",
  "AbortSignal",
  "Blob",
  "Buffer",
  "Event",
  "EventTarget",
  "TextDecoder",
  "TextEncoder",
  "URL",
  "URLSearchParams",
  "atob",
  "btoa",
  "crypto",
  "performance",
  "structuredClone",
];
const DOING = [
  "BroadcastChannel",
  "EventSource",
  "MessageChannel",
  "WebSocket",
  "clearImmediate",
  "clearInterval",
  "clearTimeout",
  "console",
  "fetch",
  "queueMicrotask",
  "setImmediate",
  "setInterval",
  "setTimeout",
];

/** Names that such a module finds without an import, beside those of the language. */
export function quietGlobals(): Record<string, unknown> {
  const idles = Object.fromEntries(DOING.map((name) => [name, idle]));
  return { ...pick(globalThis, COMPUTING), ...idles, process: quietProcess() };
}

const pick = (from: object, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, (from as Record<string, unknown>)[name]]));
