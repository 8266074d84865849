/**
 * The grammar of selectors, for every command: `file-server` (a role), `file-server-1` (an instance), a name, `c17` or
 * `file-server-1/c17` (a connection; `c17@n2` of another node), `@last`, `state=sending`, `addr=127.0.0.1`, `label=s042`, `verdict=waiting`, `card=D17`, `group=B` (of a class). A label
 * alone, e.g. `s042`, is all that is for that student, or the newest connection of hers where one is meant; a pseudonym is the same student.
 * Several terms: all hold.
 */
import { nearest } from "../catalogue/instance-options.ts";
import { NetlabError } from "../errors.ts";
import { type PeerTerm, parsePeerTerm, shortPeerId } from "../ids.ts";
import { formatHostPort } from "../machines/_options.ts";
import type { Story } from "../stories/story.ts";
import { verdicts } from "../stories/verdict.ts";
import type { Lab, LabInstance } from "./lab.ts";

const FIELDS = ["state", "addr", "label", "verdict", "card", "group"];

export const isConnectionTerm = (term: string) => parsePeerTerm(term) !== undefined || term === "@last";

/** Connections, live and ended. Throws where a name is unknown; a field that matches nothing is an empty list. */
export function selectStories(lab: Lab, terms: readonly string[]): Story[] {
  const tests = terms.map((term) => storyTest(lab, term));
  return lab.stories().filter((story) => tests.every((test) => test(story)));
}

/** Exactly one connection: the selector's first where it names one. */
export function selectStory(lab: Lab, term: string): Story {
  const found = isLabel(lab, term) ? newestOf(lab, term) : selectStories(lab, [term]);
  const [story, ...others] = found;
  if (!story) throw new NetlabError("no-such-connection/of-term", { term });
  if (others.length > 0 && !isConnectionTerm(term)) {
    throw new NetlabError("usage/many-connections", {
      term,
      count: others.length + 1,
      example: shortId(story),
    });
  }
  return story;
}

/** The newest connection of a label. */
function newestOf(lab: Lab, label: string): Story[] {
  return selectStories(lab, [label])
    .toSorted((a, b) => b.openedAt - a.openedAt)
    .slice(0, 1);
}

/**
 * The same for stories that may yet begin: a connection that is yet to come is no mistake here. An instance has to be
 * there. Throws as `selectStories` does.
 */
export function storyTestForLater(lab: Lab, term: string): (story: Story) => boolean {
  const peer = parsePeerTerm(term);
  return peer ? peerMatch(lab, peer) : storyTest(lab, term);
}

function storyTest(lab: Lab, term: string): (story: Story) => boolean {
  if (term === "@last") return (story) => story === lab.lastStory();
  const peer = parsePeerTerm(term);
  if (peer) return peerTest(lab, term, peer);
  const field = fieldTerm(term);
  if (field) return fieldTest(lab, field.name, field.value);
  if (isLabel(lab, term)) return fieldTest(lab, "label", term);
  const ids = new Set(instancesOf(lab, term).map(({ id }) => id));
  return (story) => ids.has(story.subject.instance);
}

function peerMatch(lab: Lab, { instance, number, node }: PeerTerm) {
  const short = node === undefined ? number : `${number}@${node}`;
  // Of several nodes, each has its own peers: a number alone is one of this node's.
  const isIt = (id: string) => id === short || (node === undefined && id.startsWith(`${number}@`));
  return (story: Story) =>
    isIt(shortId(story)) &&
    (instance === undefined ||
      instance === story.subject.instance ||
      lab.find(instance)?.id === story.subject.instance);
}

function peerTest(lab: Lab, term: string, peer: PeerTerm) {
  const matches = peerMatch(lab, peer);
  if (!lab.stories().some(matches)) {
    throw new NetlabError("no-such-connection/with-field", { term });
  }
  return matches;
}

function fieldTest(lab: Lab, name: string, value: string): (story: Story) => boolean {
  switch (name) {
    case "state":
      return (story) => (story.endedAt === undefined ? story.state : "closed") === value;
    case "addr":
      return ({ subject: { remote } }) =>
        remote.address === value || formatHostPort({ host: remote.address, port: remote.port }) === value;
    case "verdict":
      checkVerdict(value);
      return (story) => lab.judged(story).verdict === value;
    case "card":
      return (story) => lab.judged(story).cards.some(({ id }) => id === value.toUpperCase());
    case "group":
      checkGroup(lab, value);
      return (story) => lab.class?.groupOf(story.subject.label) === value && !isOwnQuestion(story);
    default: {
      // Looks of the student's own file server into her registry are no doing of hers.
      const shown = shownName(lab, value);
      return (story) => story.subject.label === shown && !isOwnQuestion(story);
    }
  }
}

/** A student of the class has two names, and screens one of them. */
const shownName = (lab: Lab, name: string) => lab.class?.find(name)?.shown ?? name;

/** Whether it names a student, or whom an instance is for. Ids, names and roles go first. */
export function isLabel(lab: Lab, term: string): boolean {
  if (lab.find(term) || lab.roles.has(term)) return false;
  return lab.class?.find(term) !== undefined || lab.instances.some(({ label }) => label === term);
}

function checkGroup(lab: Lab, group: string): void {
  if (!lab.class) throw new NetlabError("no-such-student/no-class");
  const known: readonly string[] = lab.class.groups;
  if (known.includes(group)) return;
  throw new NetlabError("no-such-student/group", {
    group,
    hint: known.length > 0 ? `there are ${known.join(", ")}` : "the roster has none",
  });
}

function checkVerdict(verdict: string): void {
  if (verdicts.some((known) => known === verdict)) return;
  const near = nearest(verdict, verdicts);
  const hint = near ? `did you mean ${near}?` : `there are ${verdicts.join(", ")}`;
  throw new NetlabError("usage/no-verdict", { verdict, hint });
}

function fieldTerm(term: string): { name: string; value: string } | undefined {
  const match = /^([a-z]+)=(.*)$/.exec(term);
  if (!match) return undefined;
  const [, name = "", value = ""] = match;
  if (FIELDS.includes(name)) return { name, value };
  const near = nearest(name, FIELDS);
  throw new NetlabError("usage/no-selector", {
    name,
    hint: near ? `did you mean ${near}=?` : `there are ${FIELDS.map((one) => `${one}=`).join(", ")}`,
  });
}

/** Instances, in the order in which they came. Throws where nothing has that name. */
export function selectInstances(lab: Lab, terms: readonly string[]): LabInstance[] {
  let chosen = [...lab.instances];
  for (const term of terms) {
    const field = fieldTerm(term);
    if (field?.name === "state") chosen = chosen.filter(({ state }) => state === field.value);
    else if (field?.name === "label") {
      const shown = shownName(lab, field.value);
      chosen = chosen.filter(({ label }) => label === shown);
    } else if (field?.name === "group") {
      checkGroup(lab, field.value);
      chosen = chosen.filter(({ label }) => lab.class?.groupOf(label) === field.value);
    } else if (field) throw new NetlabError("usage/addr-of-roles", { term });
    else {
      const ids = new Set(instancesOf(lab, term).map(({ id }) => id));
      chosen = chosen.filter(({ id }) => ids.has(id));
    }
  }
  return chosen;
}

/** By id, name, role, or the instance of a connection. */
function instancesOf(lab: Lab, term: string): LabInstance[] {
  const one = lab.find(term);
  if (one) return [one];
  const ofRole = lab.instances.filter(({ type }) => type === term);
  if (ofRole.length > 0) return ofRole;
  if (isLabel(lab, term)) {
    const shown = shownName(lab, term);
    return lab.instances.filter(({ label }) => label === shown);
  }
  if (isConnectionTerm(term)) {
    const instance = lab.find(selectStory(lab, term).subject.instance);
    if (instance) return [instance];
  }
  if (lab.roles.has(term)) throw new NetlabError("no-such-instance/none-runs", { role: term });
  throw unknownInstance(lab, term);
}

function unknownInstance(lab: Lab, term: string): NetlabError {
  const known = lab.instances.flatMap(({ id, type, name, label }) => [id, type, name ?? id, label ?? id]);
  const near = nearest(term, known);
  return new NetlabError("no-such-instance/unknown", {
    term,
    hint: near ? `did you mean ${near}?` : "ls lists them",
  });
}

/** A look of a role or client of this daemon into its own registry: news to none who looks after peers. */
export const isOwnQuestion = ({ subject }: Story) => subject.isInternal === true;

/** `c17` of `file-server-1/c17`. */
export const shortId = (story: Story) => shortPeerId(story.subject.id);
