/** Words of the clock, by datagram [CLOCK-0, CLOCK-1]; and how it writes date and time. Pure. */
export const SEND_DATE = "SEND_DATE";
export const SEND_TIME = "SEND_TIME";
export const INVALID_REQUEST = "Invalid request";

export const clockRequests = [SEND_DATE, SEND_TIME] as const;

export const isClockRequest = (text: string) => clockRequests.some((request) => request === text.trimEnd());

/** MM/DD/YY, local time. */
export function dateOf(now: Date): string {
  return [now.getMonth() + 1, now.getDate(), now.getFullYear() % 100].map(twoDigits).join("/");
}

/** HH:MM:SS, 24 hours, local time. */
export function timeOf(now: Date): string {
  return [now.getHours(), now.getMinutes(), now.getSeconds()].map(twoDigits).join(":");
}

/** [CLOCK-0] Whether a word is what such a request asks for; the hour may be another zone's. */
export function isClockAnswer(request: string, word: string): boolean {
  const [, first = "", second = "", third = ""] =
    (request === SEND_DATE ? /^(\d\d)\/(\d\d)\/(\d\d)$/ : /^(\d\d):(\d\d):(\d\d)$/).exec(word) ?? [];
  const [one, two, three] = [Number(first), Number(second), Number(third)];
  if (first === "") return false;
  if (request !== SEND_DATE) return one < 24 && two < 60 && three <= 60;
  return one >= 1 && one <= 12 && two >= 1 && two <= 31;
}

const twoDigits = (number: number) => String(number).padStart(2, "0");
