/** A daemon as far as its data folder goes: takes it, stores one registration, says so, and stays until it is killed. */

import { LabDatabase } from "../../src/stores/database.ts";
import { openRegistry } from "../../src/stores/registry.ts";

const [folder = "", schemaFile = ""] = process.argv.slice(2);
const clock = { now: () => 7_000, setTimeout: () => undefined, clearTimeout: () => undefined };
const registry = openRegistry(LabDatabase.open(folder, schemaFile), clock);
await registry.register({ ip: "10.0.0.1", port: 1_236, service: "pdf", token: "server1" });
process.stdout.write("stored\n");
process.stdin.resume();
