/** Saves what the server makes of a connection as a file. */
import { session } from "./session.ts";

/** Rejects with a sentence. */
export async function download(connection: string): Promise<void> {
  const answer = await fetch("/capture", {
    method: "POST",
    headers: { authorization: `Bearer ${session.value ?? ""}` },
    body: JSON.stringify({ connection }),
  });
  if (!answer.ok) throw new Error("The capture could not be made.");
  save(await answer.blob(), `${connection.replaceAll("/", "-")}.pcapng`);
}

export function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
