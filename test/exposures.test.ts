/** What other machines can reach is said in one warning: where it is, and what they find there. */
import { describe, expect, it } from "vitest";
import { reportExposure } from "../src/actors/exposure.ts";
import type { TelemetryEvent } from "../src/actors/telemetry.ts";
import { Exposures } from "../src/exposures.ts";
import { Log } from "../src/log.ts";
import type { Role } from "../src/machines/_role.ts";
import calculator from "../src/machines/calculator.ts";
import clock from "../src/machines/clock.ts";
import fileServer from "../src/machines/file-server.ts";

/** What a server says that listens there. */
function exposed(
  role: Role,
  id: string,
  hosts: readonly string[],
  port: number,
  options = {},
): TelemetryEvent[] {
  const events: TelemetryEvent[] = [];
  const environment = { telemetry: (event: TelemetryEvent) => events.push(event) };
  reportExposure({ id, role: () => role, options, environment } as never, hosts, [port]);
  return events;
}

const logged = () => {
  const log = new Log({ format: "json", level: "warn", colors: false });
  log.show(false);
  return { exposures: new Exposures(log.telemetry), lines: () => log.lines().map(({ message }) => message) };
};

const open = ["0.0.0.0", "::"];

describe("a server that listens", () => {
  it("on loopback alone exposes nothing", () => {
    expect(exposed(clock, "clock-1", ["127.0.0.1", "::1", "127.0.0.2"], 4387)).toEqual([]);
  });

  it("elsewhere too is told with what is there", () => {
    const { exposures, lines } = logged();
    exposures.emitAll();
    for (const event of exposed(fileServer, "mine", ["127.0.0.1", ...open], 1240, { service: "pdf" }))
      exposures.telemetry(event);
    expect(lines()).toEqual([
      "mine can be reached from other machines, at 0.0.0.0:1240/tcp and [::]:1240/tcp: pdf files",
    ]);
  });
});

describe("a daemon that starts", () => {
  it("tells all that it exposes in one line", () => {
    const { exposures, lines } = logged();
    for (const event of exposed(clock, "clock-1", ["192.0.2.7"], 4387)) exposures.telemetry(event);
    for (const event of exposed(calculator, "calculator-1", ["192.0.2.7"], 4389)) exposures.telemetry(event);
    expect(lines()).toEqual([]);
    exposures.emitAll();
    expect(lines()).toEqual([
      "other machines can reach 2 roles: clock-1 at 192.0.2.7:4387/udp (date and time), " +
        "calculator-1 at 192.0.2.7:4389/tcp (adds, subtracts, multiplies and divides)",
    ]);
  });

  it("tells one as one, none not at all, and passes on everything else at once", () => {
    const { exposures, lines } = logged();
    exposures.telemetry({ type: "instance.remark", id: "clock-1", text: "is late" });
    expect(lines()).toEqual(["clock-1 is late"]);
    exposures.emitAll();
    exposures.emitAll();
    expect(lines()).toHaveLength(1);
    const other = logged();
    for (const event of exposed(clock, "clock-1", ["192.0.2.7"], 4387)) other.exposures.telemetry(event);
    other.exposures.emitAll();
    expect(other.lines()).toEqual([expect.stringMatching(/^clock-1 can be reached from other machines/)]);
  });
});
