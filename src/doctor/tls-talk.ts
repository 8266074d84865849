/** A TLS handshake, to see whether there is TLS and whose name its certificate has. Nothing is trusted by it, and nothing said. */
import { connect, type PeerCertificate } from "node:tls";
import type { Facts } from "./finding.ts";

/** Undefined: no TLS. */
export function tlsOf(address: string, port: number, limitMs: number): Promise<Facts["tls"] | undefined> {
  return new Promise((resolve) => {
    // Any certificate is looked at: it is a name for a person to read.
    const socket = connect({ host: address, port, rejectUnauthorized: false });
    const answer = (facts?: Facts["tls"]) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(facts);
    };
    const timer = setTimeout(answer, limitMs);
    socket.once("error", () => answer());
    socket.once("end", () => answer());
    socket.once("secureConnect", () =>
      answer({ protocol: socket.getProtocol() ?? "TLS", ...namesOf(socket.getPeerCertificate()) }),
    );
  });
}

const MAX_NAMES = 5;

function namesOf({ subject, subjectaltname = "", valid_to }: Partial<PeerCertificate>) {
  const others = subjectaltname.split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""));
  const own = subject?.CN;
  const names = [...(typeof own === "string" ? [own] : []), ...others].filter((name) => name !== "");
  return { names: [...new Set(names)].slice(0, MAX_NAMES), until: valid_to ?? null };
}
