/** Of `address`, plain as `plainAddress` makes it: whether it is this machine's own. */
export const isLoopback = (address: string) => address === "::1" || address.startsWith("127.");

/** The same of a host as people write it: a name too, or an address in the brackets of a URL. */
export const isThisMachine = (host: string) =>
  host === "localhost" || isLoopback(host.replace(/^\[|\]$/g, ""));
