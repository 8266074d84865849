/** Members as the other nodes were told of them: coming, going and names at the end of each turn, details a little later. */
import type { HubMember } from "../machines/_role.ts";
import type { Item } from "./hub-wire.ts";

export class HostMembers {
  readonly #told = new Map<string, HubMember>();

  /** News of them that are due now. `withDetails`: where only details differ too. */
  changes(members: readonly HubMember[], withDetails: boolean): Item[] {
    const items: Item[] = [];
    for (const member of members) {
      const told = this.#told.get(member.id);
      const isKnown = told?.name === member.name;
      if (isKnown && (!withDetails || isSame(told.details, member.details))) continue;
      this.#told.set(member.id, member);
      items.push(memberItem(member));
    }
    if (this.#told.size > members.length) items.push(...this.#gone(members));
    return items;
  }

  #gone(members: readonly HubMember[]): Item[] {
    const there = new Set(members.map(({ id }) => id));
    const items: Item[] = [];
    for (const id of this.#told.keys()) {
      if (there.has(id)) continue;
      this.#told.delete(id);
      items.push(["l", id]);
    }
    return items;
  }

  /** All that were told, for a node that comes later. */
  get told(): Iterable<HubMember> {
    return this.#told.values();
  }
}

export const memberItem = ({ id, name, details }: HubMember): Item => ["m", id, name, details];

function isSame(one: HubMember["details"], other: HubMember["details"]): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
