/** The doctor without the kernel's tables, as it is towards another machine; what it asks with --probe; and TLS. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:tls";
import { describe, expect, it } from "vitest";
import { exitOf } from "../../src/doctor/finding.ts";
import { codes, examined, found, hasOpenssl, hasPython, openForAll, patient, scratch } from "./hospital.ts";

openForAll();

const afar = { mayLook: false } as const;
const probing = { mayLook: false, isProbing: true } as const;

describe.skipIf(!hasPython)("from afar the doctor", () => {
  it("cannot tell a full backlog from a firewall, and says no more than likely", async () => {
    const { port } = await patient("full");
    const examination = await examined(port, afar);
    expect(examination.findings).toEqual([{ code: "filtered", sure: "likely", about: { waitedMs: 1_500 } }]);
    expect(exitOf(examination.findings)).toBe(6);
  });

  it("is sure of no more than what came back", async () => {
    const { port } = await patient("sleeps-on-it");
    const examination = await examined(port, afar);
    expect(examination.findings).toEqual([{ code: "healthy", sure: "likely", about: { how: "listens" } }]);
    const echo = await examined((await patient("echoes")).port, afar);
    expect(codes(echo)).toEqual(["healthy", "echoes"]);
  });

  it("asks for the other family, the exchanged port and the other protocol with --probe alone", async () => {
    const six = await patient("listens-on-6");
    expect(codes(await examined(six.port, { ...afar, host: "localhost" }))).toEqual(["closed"]);
    const examination = await examined(six.port, { ...probing, host: "localhost" });
    expect(found(examination, "other-family")).toMatchObject({ sure: "certain", about: { found: "::1" } });
    expect(examination.connections).toBe(2);
    const swapped = await examined((await patient("swapped")).port, probing);
    expect(found(swapped, "swapped-port").sure).toBe("likely");
    expect(found(await examined((await patient("udp-echoes")).port, probing), "is-udp").sure).toBe("certain");
    expect(found(await examined((await patient("udp-reads")).port, probing), "is-udp").sure).toBe("maybe");
    const stream = await patient("listens");
    expect(found(await examined(stream.port, { ...probing, transport: "udp" }), "is-tcp").sure).toBe(
      "likely",
    );
  });
});

describe.skipIf(!hasOpenssl)("of TLS the doctor (skipped without openssl)", () => {
  it("knows the protocol and the certificate's names with --probe, and that it hangs up on plain words without", async () => {
    const [key, cert] = [scratch("key.pem"), scratch("cert.pem")];
    const names = [
      "-subj",
      "/CN=patient.example",
      "-addext",
      "subjectAltName=DNS:patient.example,DNS:www.patient.example",
    ];
    const made = spawnSync("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"],
      ...["-keyout", key, "-out", cert, ...names],
    ]);
    expect(made.status).toBe(0);
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }).listen(
      0,
      "127.0.0.1",
    );
    server.on("tlsClientError", () => undefined);
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    try {
      expect(found(await examined(port, afar), "hangs-up").about).toMatchObject({ when: "after-words" });
      const examination = await examined(port, probing);
      expect(codes(examination)).toEqual(["healthy", "tls"]);
      expect(found(examination, "tls")).toMatchObject({
        sure: "certain",
        about: { protocol: "TLSv1.3", names: ["patient.example", "www.patient.example"] },
      });
      expect(examination.connections).toBe(2);
    } finally {
      server.close();
    }
  });
});
