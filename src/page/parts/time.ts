/** A moment as tables show it: the time, and of another day the day too. */
export function timeOf(since: string | null): string {
  if (since === null) return "";
  const [at, now] = [new Date(since), new Date()];
  const time = at.toLocaleTimeString("en-GB");
  const isToday = at.toDateString() === now.toDateString();
  return isToday ? time : `${at.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${time}`;
}
