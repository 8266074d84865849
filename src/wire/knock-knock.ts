/** Words of a knock-knock joke, of either side [KNOCK-1, KNOCK-2]. Pure. */
export const KNOCK = "Knock knock..";
export const WHO_IS_THERE = "Who's there?";
/** The answer to any other opening [KNOCK-1]. */
export const TRY = `Try: ${KNOCK}`;
export const HA = "Ha!";

export const askWho = (name: string) => `${name} who?`;

export const isKnock = (text: string) => text.trim() === KNOCK;
export const isLaughter = (text: string) => text.trim() === HA;
