/**
 * A PDF 1.4 of two pages, written object by object, with a classic cross-reference table. Its size is fixed:
 * the file server's dialogue is told everywhere with the size of this file, `00 b0 01 00`. What the pages
 * leave over is filled by a stream that no page shows, whose lines name their own positions: in a damaged
 * copy they tell where bytes are missing.
 */

/** 0x1b000: as four bytes, the lowest first, 00 b0 01 00. */
export const PDF_SIZE = 110_592;

type Style = "title" | "heading" | "body" | "code";
type Block = readonly [style: Style, ...lines: readonly string[]];

interface Look {
  readonly font: "F1" | "F2" | "F3";
  readonly size: number;
  readonly leading: number;
  /** Room above the block, in points like all lengths here. */
  readonly above: number;
}

const LOOKS: Readonly<Record<Style, Look>> = {
  title: { font: "F2", size: 22, leading: 26, above: 0 },
  heading: { font: "F2", size: 14, leading: 18, above: 20 },
  body: { font: "F1", size: 11, leading: 15.5, above: 8 },
  code: { font: "F3", size: 10, leading: 14, above: 14 },
};
const FONTS = { F1: "Helvetica", F2: "Helvetica-Bold", F3: "Courier" } as const;
/** A4. */
const PAGE = { width: 595, height: 842, margin: 64 } as const;
const PADDING_LINE = 64;

const PAGES: readonly (readonly Block[])[] = [
  [
    ["title", "The file server lab"],
    [
      "body",
      "netlabd is one daemon that plays every classic socket-lab program as a live role: the file",
      "server, the chat, the calculator, the clock and others. You write one side of the conversation,",
      "netlabd plays the other. It knows the state machine behind each conversation, so it can say in",
      "which state yours stands, which bytes came, and what they caused.",
    ],
    ["body", "This file is what the file server hands out. If you read it, your client works."],
    ["heading", "The dialogue"],
    [
      "body",
      "A client connects over TCP, says the token, and then asks for one file after another. Here it",
      "fetches this file. C> is what the client sends, S> what the server answers.",
    ],
    [
      "code",
      "C> server1          the token",
      "S> valid",
      "C> server.pdf       the filename",
      "S> found",
      "S> 00 b0 01 00      the size",
      "C> Got\\0            the acknowledgement",
      "S> %PDF-1.4 ...     the bytes of the file",
    ],
    ["heading", "Step by step"],
    ["body", "1. Token. The server compares it with its own. A right one is answered with valid."],
    ["body", "2. Filename. Only files of the server's service, here pdf, are handed out."],
    ["body", "3. Found. The file is there and open; its size follows as a message of its own."],
    [
      "body",
      "4. Size. Four bytes, a signed number with the lowest byte first: 00 b0 01 00 is 0x0001b000,",
      "which is 110592. That is the size of this file, to the byte.",
    ],
    [
      "body",
      "5. Got. Any one or more bytes acknowledge the size. After two seconds without them the",
      "server begins all the same.",
    ],
    [
      "body",
      "6. Bytes. Exactly as many as the size says, with no mark behind them. The client counts, and",
      "may then ask for the next file on the same connection.",
    ],
  ],
  [
    ["title", "When it goes wrong"],
    ["body", "A wrong token ends the connection; a wrong filename does not."],
    [
      "code",
      "C> server9",
      "S> Invalid          and the server closes",
      "",
      "C> nothing.pdf",
      "S> not found        and the client may ask again",
    ],
    ["heading", "How the client finds the server"],
    [
      "body",
      "The server registers with the bootstrap registry over UDP, and clients ask there. The answer is",
      "one datagram for each address, and one that says end.",
    ],
    [
      "code",
      "server>   REGISTRN,192.168.126.137,1236,pdf,server1",
      "client>   DISCOVERY",
      "registry> 192.168.126.137,1236,pdf,server1",
      "registry> end",
    ],
    ["heading", "Is my copy whole?"],
    [
      "body",
      "Compare the size first: 110592 bytes. A copy that is shorter lost its end: the client stopped",
      "counting too early, or took one recv() for the whole file. A copy that is longer by four bytes",
      "has the size in front of it, and one that starts with found has swallowed that message too.",
    ],
    [
      "body",
      "Most of this file is a stream that no page shows. Its lines tell at which byte of the file they",
      "stand, so a hex dump of a damaged copy shows where it left the track:",
    ],
    ["code", "hexdump -C server.pdf | less", "cmp server.pdf original.pdf"],
    [
      "body",
      "And open the file in binary mode. The second line of this PDF holds bytes that are no text at",
      "all, and a program that treats them as text breaks them.",
    ],
  ],
];

/** What precedes the padding does not depend on its length, as long as that has as many digits. */
export function samplePdf(): Buffer {
  const guess = 100_000;
  const pdf = assemble(guess + PDF_SIZE - assemble(guess).length);
  if (pdf.length !== PDF_SIZE) throw new Error(`the PDF has ${pdf.length} bytes instead of ${PDF_SIZE}`);
  return pdf;
}

function assemble(paddingLength: number): Buffer {
  const file = new PdfFile();
  const fonts = Object.entries(FONTS).map(([key, name]) => {
    const font = file.add(`<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`);
    return `/${key} ${font} 0 R`;
  });
  const contents = PAGES.map((blocks) => file.addStream(pageContent(blocks)));
  // The pages name their parent, whose number follows theirs.
  const parent = file.next + contents.length;
  const pages = contents.map((content) =>
    file.add(
      `<< /Type /Page /Parent ${parent} 0 R /MediaBox [0 0 ${PAGE.width} ${PAGE.height}]`,
      `   /Resources << /Font << ${fonts.join(" ")} >> >> /Contents ${content} 0 R >>`,
    ),
  );
  const kids = pages.map((page) => `${page} 0 R`).join(" ");
  file.add(`<< /Type /Pages /Count ${pages.length} /Kids [${kids}] >>`);
  const catalog = file.add(`<< /Type /Catalog /Pages ${parent} 0 R /Lang (en) >>`);
  const info = file.add(
    "<< /Title (The file server lab) /Subject (A sample file of netlabd) /Creator (netlabd) >>",
  );
  file.addStream((position) => padding(position, paddingLength), paddingLength);
  return file.finish(`/Root ${catalog} 0 R /Info ${info} 0 R`);
}

function pageContent(blocks: readonly Block[]): string {
  const operators: string[] = [];
  let y = PAGE.height - PAGE.margin;
  for (const [style, ...lines] of blocks) {
    const look = LOOKS[style];
    y -= look.above;
    if (style === "code") operators.push(backdrop(y, lines.length * look.leading));
    operators.push(textBlock(look, y, lines));
    y -= lines.length * look.leading;
    if (style === "code") y -= look.above / 2;
  }
  return `${operators.join("\n")}\n`;
}

/** A pale box behind lines of code, in its own graphics state. */
function backdrop(top: number, height: number): string {
  const [left, width] = [PAGE.margin - 6, PAGE.width - 2 * PAGE.margin + 12];
  return `q 0.93 0.95 0.97 rg ${left} ${top - height - 6} ${width} ${height + 10} re f Q`;
}

function textBlock({ font, size, leading }: Look, top: number, lines: readonly string[]): string {
  const shown = lines.map((line) => `(${line.replaceAll(/[\\()]/g, "\\$&")}) Tj T*`);
  return [`BT /${font} ${size} Tf ${leading} TL ${PAGE.margin} ${top - size} Td`, ...shown, "ET"].join("\n");
}

/** Lines that end at multiples of 64 in the file and begin with their own position; the ends are cut. */
function padding(position: number, length: number): string {
  const end = position + length;
  let text = "";
  for (let at = position - (position % PADDING_LINE); at < end; at += PADDING_LINE) {
    const line = `byte ${String(at).padStart(6)} of ${PDF_SIZE}, 0x${at.toString(16).padStart(5, "0")} `;
    text += `${line.padEnd(PADDING_LINE - 1, ".")}\n`;
  }
  const skipped = position % PADDING_LINE;
  return text.slice(skipped, skipped + length);
}

/** Objects in the order of their numbers, and where each begins. */
class PdfFile {
  // Four bytes above 127 in a comment tell transfer programs that the file is binary.
  #bytes = "%PDF-1.4\n%\xe2\xe3\xcf\xd3\n";
  readonly #offsets: number[] = [];

  /** The number that the next object will have. */
  get next(): number {
    return this.#offsets.length + 1;
  }

  add(...lines: readonly string[]): number {
    const number = this.next;
    this.#offsets.push(this.#bytes.length);
    this.#bytes += `${number} 0 obj\n${lines.join("\n")}\nendobj\n`;
    return number;
  }

  /** Content that depends on its own position in the file says its length beforehand. */
  addStream(content: string): number;
  addStream(content: (position: number) => string, length: number): number;
  addStream(content: string | ((position: number) => string), length = content.length): number {
    const number = this.next;
    this.#offsets.push(this.#bytes.length);
    this.#bytes += `${number} 0 obj\n<< /Length ${length} >>\nstream\n`;
    this.#bytes += typeof content === "string" ? content : content(this.#bytes.length);
    this.#bytes += "\nendstream\nendobj\n";
    return number;
  }

  /** Each entry of the table has exactly 20 bytes; the free object 0 heads it. */
  finish(trailer: string): Buffer {
    const entries = this.#offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`);
    const table = `xref\n0 ${this.next}\n0000000000 65535 f \n${entries.join("")}`;
    const end = `trailer\n<< /Size ${this.next} ${trailer} >>\nstartxref\n${this.#bytes.length}\n%%EOF\n`;
    return Buffer.from(this.#bytes + table + end, "latin1");
  }
}
