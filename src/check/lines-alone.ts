/** Reason why what comes glued is not judged of a server that takes lines: only bare messages can be taken apart [FRAME-3]. */
export const LINES_ALONE = "the server takes lines, and messages that are glued are one line";
