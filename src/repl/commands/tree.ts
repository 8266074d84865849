import { connectionDocument, instanceDocument } from "../../lab/documents.ts";
import type { Lab, LabInstance } from "../../lab/lab.ts";
import { isOwnQuestion, shortId } from "../../lab/selectors.ts";
import type { Story } from "../../stories/story.ts";
import { defineCommand } from "../command.ts";
import { whereOf } from "../instance-lines.ts";
import { type Style, styleWord } from "../style.ts";

const MAX_PEERS = 10;

export default defineCommand({
  name: "tree",
  group: "roles",
  level: "observe",
  summary: "shows roles and their connections as a tree",
  example: "tree",
  run({ lab, out, data, isJson, style }) {
    const visitors = lab.liveStories().filter((story) => !isOwnQuestion(story));
    const live = Map.groupBy(visitors, (story) => story.subject.instance);
    const peersOf = ({ id }: LabInstance) => live.get(id) ?? [];
    if (isJson) {
      const documents = lab.instances.map((instance) => ({
        ...instanceDocument(instance),
        peers: peersOf(instance).map((story) => connectionDocument(story, lab.judged(story))),
      }));
      return data(documents);
    }
    const branches = lab.instances.map((instance) => ({
      text: instanceText(lab, instance, style),
      leaves: leavesOf(instance, peersOf(instance)),
    }));
    return out([`netlabd ${lab.pid}`, ...draw(branches)].join("\n"));
  },
});

function instanceText(lab: Lab, instance: LabInstance, style: Style): string {
  const { id, label, state, restart, side, machineState } = instance;
  const whose = label === undefined ? "" : ` for ${label}`;
  const isRegistrar = lab.roles.get(instance.type)?.companion !== undefined && machineState !== undefined;
  const registration = isRegistrar && machineState !== "idle" ? `, ${machineState}` : "";
  const run = side === "client" && machineState ? `, ${machineState}` : "";
  return `${style.bold(id)}${whose}  ${styleWord(style, state)}, ${restart}${registration}${run}  ${whereOf(instance)}`.trimEnd();
}

function leavesOf({ transport }: LabInstance, peers: readonly Story[]): string[] {
  // Senders of datagrams come and go by the hundred: their number says it.
  if (transport === "udp") {
    return peers.length > 0
      ? [`${peers.length} ${peers.length === 1 ? "sender" : "senders"} in the last minute`]
      : [];
  }
  const leaves = peers.slice(0, MAX_PEERS).map((story) => `${shortId(story)}  ${story.state}`);
  return peers.length > MAX_PEERS ? [...leaves, `and ${peers.length - MAX_PEERS} more`] : leaves;
}

function draw(branches: readonly { text: string; leaves: readonly string[] }[]): string[] {
  return branches.flatMap(({ text, leaves }, index) => {
    const isLast = index === branches.length - 1;
    const stem = isLast ? "   " : "│  ";
    return [
      `${isLast ? "└─" : "├─"} ${text}`,
      ...leaves.map((leaf, at) => `${stem}${at === leaves.length - 1 ? "└─" : "├─"} ${leaf}`),
    ];
  });
}
