/**
 * A calculator for line clients as somebody in a hurry writes it: no machine, no recorder, no framing but lines. It stops reading
 * from who does not read, as Node's documentation says, or its memory would be theirs.
 */
import { type AddressInfo, createServer } from "node:net";

const EXPRESSION = /^\s*([-+]?\d+(?:\.\d+)?)\s*([-+*/])\s*([-+]?\d+(?:\.\d+)?)\s*$/;

const server = createServer({ noDelay: true }, (socket) => {
  let name: string | undefined;
  let tail = "";
  socket.setEncoding("utf8");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    const lines = (tail + text).split("\n");
    tail = lines.pop() ?? "";
    let replies = "";
    for (const line of lines) {
      if (name === undefined) name = line;
      else if (line === "q") socket.end();
      else replies += `${resultOf(line)}\n`;
    }
    if (replies !== "" && !socket.write(replies)) {
      socket.pause();
      socket.once("drain", () => socket.resume());
    }
  });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 1_024 }, () =>
  console.log((server.address() as AddressInfo).port),
);

function resultOf(line: string): string {
  const match = EXPRESSION.exec(line);
  if (!match) return "Incorrect expression format";
  const left = Number(match[1]);
  const right = Number(match[3]);
  switch (match[2]) {
    case "+":
      return float(left + right);
    case "-":
      return float(left - right);
    case "*":
      return float(left * right);
    default:
      return right === 0 ? "Division by zero" : float(left / right);
  }
}

const float = (value: number) => (Number.isInteger(value) ? `${value}.0` : String(value));
