/** Faults that there are: one file each in `kinds/`, found by scanning the folder once. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { codeSubfolder } from "../places.ts";
import type { Fault } from "./fault.ts";

let table: Promise<ReadonlyMap<string, Fault>> | undefined;

/** By name, in the order of the alphabet. */
export function faultTable(): Promise<ReadonlyMap<string, Fault>> {
  table ??= scan(codeSubfolder("faults/kinds"));
  return table;
}

async function scan(folder: string): Promise<ReadonlyMap<string, Fault>> {
  const names = (await readdir(folder)).filter((name) => /^[^_.][^.]*\.[jt]s$/.test(name)).sort();
  const modules = await Promise.all(names.map((name) => import(pathToFileURL(path.join(folder, name)).href)));
  return new Map(modules.map(({ default: fault }: { default: Fault }) => [fault.name, fault]));
}
