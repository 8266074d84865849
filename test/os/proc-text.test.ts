/** The texts of /proc, as kernels really wrote them. */
import { describe, expect, it } from "vitest";
import {
  callByWaitChannel,
  isComputing,
  processStat,
  socketRows,
  systemCall,
} from "../../src/os/proc-text.ts";

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1125 00000000:0000 0A 00000000:00000002 00:00000000 00000000  1000        0 41672 1 000000004d886ab7 100 0 0 10 0
   1: 0100007F:1125 0100007F:A2C0 01 00000000:0000000C 03:00000D97 00000000     0        0 0 3 0000000025a13b72
   2: 0100007F:A2C0 0100007F:1125 06 00000000:00000000 03:00000D97 00000000     0        0 0 3 0000000025a13b72
   3: 0100007F:0016 0100007F:11AA 01 00000000:00000000 03:00000D97 00000000     0        0 7 3 0000000025a13b72
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000001000000:1125 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 128264 1 000000004d886ab7 100 0 0 10 0
   1: 0000000000000000FFFF00000100007F:1125 0000000000000000FFFF00000100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 128265 1 000000004d886ab7 20 4 30 10 -1
`;

describe("a socket table", () => {
  it("gives the rows of which one end is on the port, with queue, user and inode", () => {
    expect(socketRows(TCP, 0x1125)).toEqual([
      {
        localAddress: "0.0.0.0",
        localPort: 4_389,
        remoteAddress: "0.0.0.0",
        remotePort: 0,
        state: 10,
        txQueue: 0,
        rxQueue: 2,
        uid: 1_000,
        inode: 41_672,
      },
      expect.objectContaining({
        localAddress: "127.0.0.1",
        remotePort: 0xa2c0,
        state: 1,
        rxQueue: 12,
        inode: 0,
      }),
      expect.objectContaining({ localPort: 0xa2c0, state: 6 }),
    ]);
  });

  it("tells IPv6 as everybody writes it, and IPv4 within IPv6 as IPv4", () => {
    const rows = socketRows(TCP6, 0x1125);
    expect(rows.map(({ localAddress }) => localAddress)).toEqual(["::1", "127.0.0.1"]);
    expect(rows[1]).toMatchObject({ remoteAddress: "127.0.0.1", remotePort: 0xc001, inode: 128_265 });
  });

  it.each(["", "nonsense :1125 here", TCP.slice(0, 300)])(
    "has no rows that are cut or foreign: %j",
    (text) => {
      expect(() => socketRows(text, 0x1125)).not.toThrow();
      expect(socketRows(text, 0x9999)).toEqual([]);
    },
  );
});

describe("a process", () => {
  it.each([
    ["4123 (python3) S 1 2", { name: "python3", state: "S", parent: 1 }],
    ["4123 (my (odd) name) T 77 2", { name: "my (odd) name", state: "T", parent: 77 }],
    ["4123 no brackets", undefined],
    ["", undefined],
  ])("is named and has a state: %j", (text, stat) => expect(processStat(text)).toEqual(stat));
});

describe("a system call", () => {
  it.each([
    ["45 0x4 0x7ffe 0x400 0x0 0x0 0x0 0x7ffe 0x7fa5", "x64", { kind: "recv", name: "recvfrom", fd: 4 }],
    ["0 0x0 0x7ffe 0x400", "x64", { kind: "read", name: "read", fd: 0 }],
    ["288 0x3 0x7ffe", "x64", { kind: "accept", name: "accept4", fd: 3 }],
    ["270 0x1 0x7ffe", "x64", { kind: "poll", name: "pselect6", fd: 0 }],
    ["270 0x0 0x0", "x64", { kind: "sleep", name: "pselect6" }],
    ["7 0x7ffe 0x1 0xbb8", "x64", { kind: "poll", name: "poll" }],
    ["207 0x5 0x7ffe", "arm64", { kind: "recv", name: "recvfrom", fd: 5 }],
    ["45 0x4", "riscv64", undefined],
    ["running", "x64", undefined],
    ["-1 0x7ffe 0x1", "x64", undefined],
    ["", "x64", undefined],
  ])("%j on %s", (text, architecture, call) => expect(systemCall(text, architecture)).toEqual(call));

  it("is none while the program computes", () => {
    expect([isComputing("running\n"), isComputing("45 0x4")]).toEqual([true, false]);
  });
});

describe("the kernel's own function", () => {
  it.each([
    ["inet_csk_accept", "accept"],
    ["wait_woken", "recv"],
    ["n_tty_read", "read"],
    ["poll_schedule_timeout.constprop.0", "poll"],
    ["hrtimer_nanosleep", "sleep"],
    ["0", undefined],
  ])("%s → %s", (channel, kind) => expect(callByWaitChannel(channel)).toBe(kind));
});
