/** The auction's words on the wire. */
export const WHO = "Who bids?";
export const TOO_LOW = "too low";
export const NO_BID = "a bid is a number";
export const bidBy = (name: string, amount: number) => `${name} bids ${amount}`;
export const going = (best: number) => (best === 0 ? "no bid yet" : `the best bid is ${best}`);
