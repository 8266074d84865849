#!/usr/bin/env node
/** The daemon's command line. The version check comes before anything that an old Node could stumble over. */
import { requireNode } from "./node-version.ts";

requireNode("netlabd");
const { enableCompileCache } = await import("node:module");
// Parsed code is kept between starts: a third off the time to ready.
enableCompileCache?.();
const { main } = await import("./daemon-main.ts");
await main(process.argv.slice(2));
