/** How long something is kept: `15w`, `120d`. Weeks and days alone, for it is told to people who think of a term. */
const MS = { d: 86_400_000, w: 7 * 86_400_000 } as const;

/** Undefined where it is no such time. */
export function keptTime(text: unknown): number | undefined {
  const [, number, unit] = /^(\d{1,4})\s*([dw])$/.exec(String(text).trim()) ?? [];
  return number === undefined ? undefined : Number(number) * MS[unit as keyof typeof MS];
}

/** The same of one that was checked when the lab file was read. */
export const keptMs = (text: unknown): number => keptTime(text) ?? Number.POSITIVE_INFINITY;
