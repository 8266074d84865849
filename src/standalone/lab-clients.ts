/** The lab clients under their short names. */
import { clientCommand } from "./client-command.ts";

const conversation = (name: string, role: string, summary: string, options = "") =>
  clientCommand({
    name,
    role,
    summary,
    isInteractive: true,
    example: `netlabctl ${name} ${options}`.trimEnd(),
  });

/** In the order of their ports. */
export const labClients = [
  conversation(
    "echo",
    "echo-client",
    "talks to an echo server with commands",
    "--host localhost --port 5000",
  ),
  conversation("relay", "relay-client", "sends messages to other users: text|user", "--as alice"),
  conversation("reverse", "reverse-client", "talks to a reverse server, and shows its answers backwards"),
  conversation("calc", "calculator-client", "asks a calculator", "--as gautamop"),
  conversation("chat", "chat-client", "joins a chat room", "--as 'Alan Musk' --login alanop"),
  conversation("knock", "knock-knock-client", "tells a knock-knock joke"),
  clientCommand({
    name: "lookup",
    role: "address-book-client",
    summary: "asks an address book for names; without an address, for one after another",
    args: [{ name: "email", summary: "the addresses to look up", isVariadic: true, isOptional: true }],
    example: "netlabctl lookup luke@gmail.com --port 8080",
    isInteractive: false,
    runs: (emails) => emails.map((email) => ({ email })),
    asksForMore: true,
  }),
  clientCommand({
    name: "clock",
    role: "clock-client",
    summary: "asks a clock for date and time, again and again",
    example: "netlabctl clock --count 3",
    isInteractive: false,
  }),
  clientCommand({
    name: "ack",
    role: "ack-client",
    summary: "sends a datagram and waits for its Ok",
    args: [{ name: "text", summary: "what to send", isVariadic: true }],
    example: "netlabctl ack hello",
    isInteractive: false,
    runs: (words) => [{ text: words.join(" ") }],
  }),
];
