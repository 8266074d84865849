/** For each diagnosis, where its program of `test/peers/mistakes` makes its mistake. */

export interface Mistake {
  readonly id: string;
  readonly role: string;
  readonly given?: Readonly<Record<string, unknown>>;
  /** Nothing moves any more: so much later it is a diagnosis. */
  readonly laterMs?: number;
  /** Its program waits for the end of its input. */
  readonly isInputOpen?: boolean;
  /** Its port is one whose bytes can be exchanged. */
  readonly isSwappable?: boolean;
  /** The program is a server, and our client comes to it. */
  readonly isServer?: boolean;
}

const pdf = { service: "pdf", token: "server1" };
const fetchPdf = {
  service: "pdf",
  file: "server.pdf",
  token: "server1",
  output: "got.pdf",
};
/** For those whose server says nothing: one that answers has the time of a busy machine. */
const timeout = "400ms";

export const mistakes: readonly Mistake[] = [
  { id: "D01", role: "calculator", laterMs: 12_000 },
  { id: "D02", role: "echo", laterMs: 12_000 },
  { id: "D03", role: "calculator", laterMs: 3_000 },
  { id: "D04", role: "address-book", laterMs: 3_000 },
  { id: "D05", role: "calculator" },
  { id: "D06", role: "file-server", given: pdf },
  { id: "D07", role: "calculator", given: { greet: true } },
  { id: "D08", role: "calculator" },
  { id: "D09", role: "calculator" },
  { id: "D10", role: "calculator" },
  { id: "D11", role: "address-book" },
  { id: "D12", role: "address-book" },
  { id: "D13", role: "address-book" },
  { id: "D14", role: "file-server", given: pdf },
  { id: "D15", role: "file-server", given: pdf },
  { id: "D16", role: "calculator" },
  { id: "D17", role: "calculator" },
  { id: "D18", role: "calculator" },
  { id: "D19", role: "knock-knock" },
  { id: "D20", role: "bootstrap" },
  { id: "D21", role: "calculator" },
  { id: "D22", role: "calculator" },
  { id: "D23", role: "calculator" },
  { id: "D24", role: "calculator" },
  { id: "D25", role: "file-server", given: { ...pdf, alsoSwapped: true }, isSwappable: true },
  { id: "D26", role: "calculator", given: { maxConnections: 2 }, isInputOpen: true },
  { id: "D27", role: "calculator" },
  { id: "D28", role: "calculator" },
  { id: "D29", role: "echo", given: { maxQueue: "64k" } },
  { id: "D30", role: "calculator", given: { idle: "300ms" } },
  {
    id: "D31",
    role: "file-client",
    given: { ...fetchPdf, timeout },
    isServer: true,
    isSwappable: true,
    isInputOpen: true,
  },
  { id: "D32", role: "echo-client", given: { timeout }, isServer: true },
  { id: "D33", role: "file-client", given: fetchPdf, isServer: true },
  { id: "D34", role: "file-client", given: fetchPdf, isServer: true },
  { id: "D35", role: "calculator-client", isServer: true },
  { id: "D36", role: "address-book-client", given: { email: "luke@gmail.com" }, isServer: true },
  { id: "D37", role: "file-client", given: fetchPdf, isServer: true },
  { id: "D38", role: "file-client", given: { ...fetchPdf, timeout }, isServer: true },
];
