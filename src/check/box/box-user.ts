/** Users that programs under test run as. */

/** User numbers that belong to no account on usual machines: one a box that runs at the same time, for the kernel counts by user. */
const FIRST_USER = 60_100;

export const isRoot = () => process.getuid?.() === 0;

/** Of box number `slot`; root's boxes alone have users of their own. */
export const userOfSlot = (slot: number): number =>
  isRoot() ? FIRST_USER + slot : (process.getuid?.() ?? 0);
