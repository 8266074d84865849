/**
 * Plugin of Stryker that leaves out all but a share of the code, by chance of a seed: a function is in it or out of it as a whole, and so is
 * a line of a machine's config. The parts of an object are lines of their own, those of one that a call is given too: else a whole
 * machine were one line.
 */
import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

const share = Number(process.env.NETLAB_MUTATE_SHARE ?? 1);
const seed = Number(process.env.NETLAB_MUTATE_SEED ?? 1);

interface Value {
  readonly type?: string;
  readonly arguments?: readonly Value[];
}

interface Place {
  readonly node: {
    readonly start?: number | null;
    readonly end?: number | null;
    readonly value?: Value;
  };
  isFunction(): boolean;
  isObjectProperty(): boolean;
  isClassProperty(): boolean;
  getFunctionParent(): unknown;
}

/** Spread evenly over 0 to 1, and the same each time: FNV-1a over the digits, stirred once more. */
export function chanceOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) / 2 ** 32;
}

function isUnit(place: Place): boolean {
  if (place.getFunctionParent()) return false;
  if (place.isFunction()) return true;
  return (place.isObjectProperty() || place.isClassProperty()) && !hasLines(place.node.value);
}

const hasLines = (value: Value | undefined): boolean =>
  value?.type === "ObjectExpression" ||
  (value?.type === "CallExpression" && (value.arguments ?? []).some((argument) => hasLines(argument)));

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, "sample", {
    shouldIgnore(path) {
      // Babel's, of which Stryker's interface has the name alone.
      const place = path as unknown as Place;
      const { start, end } = place.node;
      const isOut = share < 1 && isUnit(place) && chanceOf(`${seed} ${start} ${end}`) >= share;
      return isOut ? "not in the sample" : undefined;
    },
  }),
];
