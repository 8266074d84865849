/** Of `address`, plain as `plainAddress` makes it: whether it is this machine's own. */
export const isLoopback = (address: string) => address === "::1" || address.startsWith("127.");
