/** Sentences of the error `socket-unsafe`, by variant: the control socket is not, or may not be, where it should. See `error-table.ts`. */
export const socketSentences = {
  "of-stranger":
    "the control socket {path} belongs to user {user}: name yours with --socket, or attach as that user",
  "closed-to-you":
    "the socket {path} is closed to you ({errno}): only the user who started the daemon may control it",
  "too-long": "the socket path {path} is longer than {limit} bytes: name a shorter one with --socket",
  "not-made": "cannot make the control socket {path}: {why}",
  folder: "the control socket's folder {folder} cannot be used: {why}; name another with --socket",
  "no-socket": "{path} exists and is not a socket: name another with --socket",
  "observe-folder":
    "the observe socket's folder {folder} cannot be used: {why}; name another with --observe-socket",
  "observe-group": "cannot give the observe socket to the group {group}: {why}",
} as const;
