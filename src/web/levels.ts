/** Rights of each level: what it may look at and ask for. Every message of a page is asked here, whatever its page showed. */
import type { Lab } from "../lab/lab.ts";
import type { Story } from "../stories/story.ts";
import type { KnownStories } from "./known-stories.ts";
import type { Level, Topic } from "./protocol.ts";

type Stories = Pick<KnownStories, "find">;

/** Label of a student's level; undefined: one that may look at all. */
export const labelOf = (level: Level): string | undefined =>
  level.startsWith("student:") ? level.slice("student:".length) : undefined;

export const mayPrompt = (level: Level): boolean => level === "operator";

/** A student's stories are those with the own label. */
const isOwn = (level: Level, label: string | undefined) => {
  const own = labelOf(level);
  return own === undefined || label === own;
};

/** The connection that a page means; undefined: there is none, or it is none of this level's affair. Both are told alike. */
export function storyFor(level: Level, stories: Stories, id: string): Story | undefined {
  const story = stories.find(id);
  return story && isOwn(level, story.subject.label) ? story : undefined;
}

export function maySee(level: Level, lab: Lab, stories: Stories, topic: Topic): boolean {
  const [kind = "", name = ""] = split(topic);
  switch (kind) {
    case "wall":
    case "lab":
      return labelOf(level) === undefined;
    case "me":
      return isOwn(level, name);
    case "connection":
      return storyFor(level, stories, name) !== undefined;
    case "role":
      return isOwn(level, lab.find(name)?.label);
    case "chart":
      return true;
    default:
      return false;
  }
}

/** `connection/chat-1/c17` is a connection, `chat-1/c17`. */
export function split(topic: Topic): readonly [kind: string, name: string] {
  const at = topic.indexOf("/");
  return at < 0 ? [topic, ""] : [topic.slice(0, at), topic.slice(at + 1)];
}
