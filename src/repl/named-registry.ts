/** Registry that a command is about: the lab's, or one of a student's or a group's own, by the names that selectors take. */
import * as z from "zod";
import { NetlabError } from "../errors.ts";
import type { Lab, LabRegistry } from "../lab/lab.ts";

/** Label of whose registry it is; undefined: the lab's. Throws where no bootstrap is of that label. */
export function registryLabel(lab: Lab, whose: string | undefined): string | undefined {
  if (whose === undefined) return undefined;
  const label = labelOf(lab, whose);
  if (label === undefined || !registryLabels(lab).includes(label))
    throw new NetlabError("no-such-service/no-own-registry", { term: whose });
  return label;
}

/** Throws where no bootstrap is of that label. */
export function registryNamed(lab: Lab, whose: string | undefined): LabRegistry {
  const label = registryLabel(lab, whose);
  return label === undefined ? lab.registry : lab.ownRegistry(label);
}

/** Labels that have a registry of their own, in the order of their bootstraps. */
export function registryLabels(lab: Lab): string[] {
  const ofRoles = lab.instances.flatMap(({ type, label }) =>
    type === "bootstrap" && label !== undefined ? [label] : [],
  );
  // A registry that is a role of the user's has another name; it is one as soon as something is in it.
  return [...new Set([...ofRoles, ...lab.ownRegistrations().keys()])];
}

/** `s042`, by either name; `label=s042`; `group=B`; a role of the student's, by id or name. */
function labelOf(lab: Lab, whose: string): string | undefined {
  const [, field, value = whose] = /^(label|group)=(.*)$/.exec(whose) ?? [];
  if (field === "group") return labelOfGroup(lab, value);
  return lab.class?.find(value)?.shown ?? lab.find(value)?.label ?? value;
}

function labelOfGroup({ class: all, instances }: Lab, group: string): string | undefined {
  return instances.find(({ id, label }) => all?.kindOf(id) === "group" && all.groupOf(label) === group)
    ?.label;
}

export const registryOption = () =>
  z
    .string()
    .min(1)
    .optional()
    .meta({ completes: "registry" })
    .describe(
      "whose registry: a student or a group with a bootstrap of its own, e.g. s042 (default: the lab's)",
    );
