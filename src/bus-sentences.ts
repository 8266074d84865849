/** Sentences of the error `no-bus`, by variant: the engine between several daemons cannot be used. See `error-table.ts`. */
export const busSentences = {
  away: "the NATS server does not answer; it is asked again until it does",
  unreachable:
    "no NATS server answers at {at} ({why}): start one with nats-server -js, or name another with --cluster",
  "no-jetstream": "the NATS server at {at} runs without JetStream: start it with nats-server -js",
  "too-old":
    "the NATS server at {at} is version {version}, and a cluster needs {needed} or later: install a newer one",
  "login-refused":
    "the NATS server at {at} refuses this login: name a file that has user and password, token, nkey or a .creds text with --cluster-credentials",
  "no-tls": "the NATS server at {at} has no TLS: name it as nats://, or give it a certificate",
  untrusted:
    "the certificate of the NATS server at {at} is not trusted ({why}): name the file of its authority in NODE_EXTRA_CA_CERTS",
  "other-name":
    "the certificate of the NATS server at {at} is for another name: name the server as its certificate does, and as tls://",
  "no-room":
    "the NATS server at {at} has no room for {what}: raise max_file_store in its configuration, or delete streams there that are not needed",
  refuses: "the NATS server at {at} refuses {what}: {why}",
} as const;
