/** Datagrams of the clock as data [CLOCK-0, CLOCK-1]. */
import { INVALID_REQUEST, SEND_DATE, SEND_TIME } from "../clock.ts";
import type { WireForm } from "../wire-form.ts";

const twoDigits = (label: string, least: number, most: number) =>
  ({ kind: "number", digits: 2, least, most, label }) as const;

export const clockForm: WireForm = {
  title: "Clock",
  trims: "end",
  fields: {
    month: twoDigits("Month", 1, 12),
    day: twoDigits("Day", 1, 31),
    year: twoDigits("Year", 0, 99),
    hour: twoDigits("Hour", 0, 23),
    minute: twoDigits("Minute", 0, 59),
    second: twoDigits("Second", 0, 60),
  },
  client: {
    asking: [
      { name: "request for the date", rule: "CLOCK-0", text: SEND_DATE },
      { name: "request for the time", rule: "CLOCK-0", text: SEND_TIME },
    ],
  },
  server: {
    answering: [
      { name: "date", rule: "CLOCK-0", text: "{month}/{day}/{year}" },
      { name: "time", rule: "CLOCK-0", text: "{hour}:{minute}:{second}" },
      { name: "invalid request", rule: "CLOCK-0", text: INVALID_REQUEST, isError: true },
    ],
  },
};
