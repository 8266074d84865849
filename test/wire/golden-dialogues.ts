/** What clients say in the dialogues of the wire, message by message; each is fed to the decoders in every cut. */
export const goldenDialogues: Readonly<Record<string, readonly string[]>> = {
  "file server": ["server1", "server.pdf", "nope.pdf"],
  echo: ["download readme.txt", "run ls", "close"],
  relay: ["bob", "hello there|bob", "close"],
  reverse: ["taco cat", "exit"],
  "knock-knock": ["Knock knock..", "Ada", "Ada Lovelace"],
  calculator: ["gautamop", "15 + 35", "3.24 - 45", "4.5 / -6", "q"],
  chat: [":Alan Musk:alanop", ":Alan Musk:Hey Guys"],
  "other scripts": ["grüße", "你好 👋", "o\u0308l"],
};
