/** Waits of threads, as /proc/PID/syscall of x86-64 tells them. */
import { expect, it } from "vitest";
import { limitOfWait, watchedBy } from "../../src/os/waiting-call.ts";

const PLACE = " 0x7ffe2d3c 0x7f9c6a80";
const call = (number: number, ...args: readonly number[]) =>
  [number, ...[...args, 0, 0, 0, 0, 0, 0].slice(0, 6).map((arg) => `0x${arg.toString(16)}`)].join(" ") +
  PLACE;

it.each([
  ["recvfrom()", call(45, 4), "none"],
  ["accept4()", call(288, 3), "none"],
  ["rt_sigsuspend()", call(130), "none"],
  ["poll() without a limit", call(7, 0x1000, 1, 0xffffffff), "none"],
  ["poll() of half a second", call(7, 0x1000, 1, 500), { ms: 500 }],
  ["epoll_wait() of half a second", call(232, 4, 0x1000, 2, 500), { ms: 500 }],
  ["select() without a limit", call(23, 5, 0x1000), "none"],
  ["select()", call(23, 5, 0x1000, 0, 0, 0x2000), { address: 0x2000n, is: "timeval" }],
  ["sleep() of a program in C", call(230, 0, 0, 0x3000), { address: 0x3000n, is: "timespec" }],
  ["sleep() of Python", call(230, 1, 1, 0x3000), { address: 0x3000n, is: "timespec", until: "monotonic" }],
  ["futex() of a lock", call(202, 0x4000, 0x189), "none"],
  ["futex() with a limit", call(202, 0x4000, 0x189, 0, 0x5000), { address: 0x5000n, until: "realtime" }],
  ["no call", "running", undefined],
  ["connect()", call(42, 3), undefined],
])("%s has its time limit", (_, text, limit) => {
  if (typeof limit === "object") expect(limitOfWait(text, "x64")).toMatchObject(limit);
  else expect(limitOfWait(text, "x64")).toBe(limit);
});

it.each([
  ["poll()", call(7, 0x1000, 3), { is: "pollfds", address: 0x1000n, count: 3 }],
  ["select()", call(23, 8, 0x1000, 0, 0x2000), { is: "sets", addresses: [0x1000n, 0x2000n], count: 8 }],
  ["epoll_wait()", call(232, 4), { is: "epoll", fd: 4 }],
  ["recvfrom()", call(45, 4), undefined],
])("%s watches its descriptors", (_, text, watched) => {
  expect(watchedBy(text, "x64")).toEqual(watched);
});
