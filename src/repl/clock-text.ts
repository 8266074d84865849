/** Moments as an operator reads them: the time of the day by the clock of the daemon's machine, and of another day the day too. */

const two = (number: number) => String(number).padStart(2, "0");

/** `2026-12-01` */
const dateText = (at: Date) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;

const isSameDay = (a: Date, b: Date) => a.toDateString() === b.toDateString();

/** `09:30`; of another day than `now`, `09:30 on 2026-12-01`. */
export function minuteText(ms: number, now: number): string {
  return isSameDay(new Date(ms), new Date(now)) ? minuteOfDay(ms) : minuteOnDay(ms);
}

/** `09:30 on 2026-12-01` */
export const minuteOnDay = (ms: number) => `${minuteOfDay(ms)} on ${dateText(new Date(ms))}`;

function minuteOfDay(ms: number): string {
  const at = new Date(ms);
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** `09:30:12`; of another day than `now`, `2026-12-01 09:30:12`. */
export function secondText(ms: number, now: number): string {
  const at = new Date(ms);
  const time = `${minuteOfDay(ms)}:${two(at.getSeconds())}`;
  return isSameDay(at, new Date(now)) ? time : `${dateText(at)} ${time}`;
}
