/** Bytes as a socket hands them over: in memory that is theirs alone. */
export const alone = (bytes: string | Buffer) => Buffer.from(Uint8Array.from(Buffer.from(bytes)).buffer);
