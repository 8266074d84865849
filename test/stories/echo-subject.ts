/** Whom the stories of these tests are about. */
import type { StorySubject } from "../../src/stories/story.ts";

const end = { address: "127.0.0.1", port: 4_000 };

export const echoSubject: StorySubject = {
  id: "echo-1/c1",
  instance: "echo-1",
  role: "echo",
  edition: 0,
  transport: "tcp",
  local: end,
  remote: end,
};
