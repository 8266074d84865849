/** Words of the reverse server, where its options name no others [REV-1]. Pure. */
export const ACCEPT = "ACCEPT";
export const REJECT = "REJECT";
export const EXIT = "exit";

export const isExit = (text: string) => text.trim() === EXIT;
