/** Sentences of the error `bad-capture`, by variant: a file that cannot be read as a capture. See `error-table.ts`. */
export const captureSentences = {
  "no-capture": "{file} is not a capture: it begins neither as pcap nor as pcapng does",
  damaged: "{file} is damaged at byte {at}: what follows cannot be read",
  "too-much":
    "{file} has more than {limit} bytes of conversations: leave out what is not needed, as in tshark -r {file} -Y 'tcp.port == 4389' -w part.pcapng",
  "too-many":
    "{file} has more than {limit} conversations: leave out what is not needed, as in tshark -r {file} -Y 'tcp.port == 4389' -w part.pcapng",
  "too-large":
    "{file} has {size} bytes, more than the {limit} that are read: leave out what is not needed, as in tshark -r {file} -Y 'tcp.port == 4389' -w part.pcapng",
  "not-read": "cannot read {file}: {why}",
  "no-conversation": "{file} has no TCP or UDP conversation",
} as const;
