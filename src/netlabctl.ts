#!/usr/bin/env node
/** The client's command line. The version check comes before anything that an old Node could stumble over. */
import { requireNode } from "./node-version.ts";

requireNode("netlabctl");
const { enableCompileCache } = await import("node:module");
enableCompileCache?.();
const { main } = await import("./netlabctl-main.ts");
process.exitCode = await main(process.argv.slice(2));
