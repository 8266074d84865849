/** Places in a class are given once: late ones move nobody, who left keeps a place, and a second reading changes nothing. */
import { describe, expect, it } from "vitest";
import { groupLabels } from "../../src/class/class-plan.ts";
import { type PlacesOptions, placesOf } from "../../src/class/roster-places.ts";

const OPTIONS: PlacesOptions = { secret: Buffer.alloc(32, 1), lab: "lab3", pseudonyms: false, now: 5 };
const NOBODY = { students: [], groups: [] };
const roster = (...ids: string[]) =>
  ids.map((id) => ({
    id,
    name: `Name ${id}`,
    group: id > "m" ? "B" : "A",
    email: undefined,
    login: undefined,
  }));
const slots = (places: ReturnType<typeof placesOf>) =>
  Object.fromEntries(places.students.map(({ id, slot }) => [id, slot]));

describe("places", () => {
  const first = placesOf(roster("ann", "bob", "zoe"), NOBODY, OPTIONS);
  const known = { students: first.rows, groups: first.groups };

  it("are given in the roster's order at first, and all are new", () => {
    expect(slots(first)).toEqual({ ann: 0, bob: 1, zoe: 2 });
    expect([first.added, first.left]).toEqual([["ann", "bob", "zoe"], []]);
    expect(first.groups).toEqual([
      { name: "A", slot: 0 },
      { name: "B", slot: 1 },
    ]);
  });

  it("stay where the roster is sorted otherwise and one comes late", () => {
    const again = placesOf(roster("zoe", "late", "bob", "ann"), known, OPTIONS);
    expect(slots(again)).toEqual({ ann: 0, bob: 1, zoe: 2, late: 3 });
    expect([again.added, again.left]).toEqual([["late"], []]);
  });

  it("are not given again when their student was forgotten", () => {
    const students = first.rows.filter(({ id }) => id !== "zoe");
    const again = placesOf(roster("ann", "bob", "new"), { students, groups: [], nextSlot: 3 }, OPTIONS);
    expect(slots(again)).toEqual({ ann: 0, bob: 1, new: 3 });
  });

  it("that the roster fixes leave those before them to the others, now and later", () => {
    const fixed = new Map([["zoe", 40]]);
    const places = placesOf(roster("zoe", "ann", "bob"), NOBODY, { ...OPTIONS, fixed });
    expect(slots(places)).toEqual({ ann: 0, bob: 1, zoe: 40 });
    const later = { students: places.rows, groups: [], retired: [2, 3] };
    const again = placesOf(roster("ann", "bob", "late", "zoe", "later"), later, { ...OPTIONS, fixed });
    expect(slots(again)).toEqual({ ann: 0, bob: 1, late: 4, later: 5, zoe: 40 });
  });

  it("of groups whose names fall together have labels of their own", () => {
    const labels = groupLabels(["B 1", "B-1", "ä", "ö", "A"].map((name) => ({ name })));
    expect([...labels.values()]).toEqual(["group-B-1", "group-B-1-2", "group--", "group---2", "group-A"]);
  });

  it("are kept by one who leaves, also against a later one, and got back", () => {
    const without = placesOf(roster("ann", "zoe", "late"), known, OPTIONS);
    expect([slots(without), without.left]).toEqual([{ ann: 0, zoe: 2, late: 3 }, ["bob"]]);
    expect(without.rows.find(({ id }) => id === "bob")).toMatchObject({ slot: 1, leftAt: 5 });
    const back = placesOf(roster("bob", "ann"), { students: without.rows, groups: [] }, OPTIONS);
    expect([slots(back), back.added, back.left]).toEqual([{ ann: 0, bob: 1 }, ["bob"], ["zoe", "late"]]);
  });

  it("are known by pseudonyms on screens where the lab wants that, the same ones at each reading", () => {
    const hidden = placesOf(roster("bob", "ann"), known, { ...OPTIONS, pseudonyms: true });
    expect(hidden.students.map(({ shown }) => shown)).toEqual(
      first.students.slice(0, 2).map(({ pseudonym }) => pseudonym),
    );
    expect(hidden.left).toEqual([first.students[2]?.pseudonym]);
  });
});
