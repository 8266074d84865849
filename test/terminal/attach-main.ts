/** The attached terminal as a program of its own, for tests that give it a real terminal: its argument is the socket. */
import { attach } from "../../src/terminal/attached-terminal.ts";

const leaving = await attach({
  socketPath: process.argv[2] ?? "",
  input: process.stdin,
  output: process.stdout,
});
console.log(`session: ${leaving}`);
