/** Text that a case sends in place of another, ended as that one: a client of lines waits for its newline [FRAME-5]. */
export function endedLike(bytes: Buffer, text: string): Buffer {
  const [ending = ""] = /[\r\n\0]*$/.exec(bytes.toString("latin1")) ?? [];
  return Buffer.from(text + ending);
}
