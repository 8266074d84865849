/** Ports that a roster fixes: the place that they begin, or why there is none, and what to write. */
import { describe, expect, it } from "vitest";
import { type FixedPlacesOptions, fixedPlaces } from "../../src/class/fixed-places.ts";
import { parseRoster } from "../../src/class/roster.ts";

const PORTS: FixedPlacesOptions = {
  ports: { first: 21_000, last: 21_041 },
  perStudent: 4,
  known: [
    { id: "old", slot: 3 },
    { id: "left", slot: 4 },
  ],
  retired: [5],
};

const placesOf = (ports: readonly string[], options = PORTS) => {
  const lines = ports.map((port, index) => (port.includes(",") ? port : `s${index + 1},${port}`));
  const { places, bad } = fixedPlaces(parseRoster(`id,port\n${lines.join("\n")}\n`).students, options);
  return { places: Object.fromEntries(places), bad: bad.map(({ line, column, why }) => [line, column, why]) };
};

describe("a port of the roster", () => {
  it("is where a place begins, by its number or by how far behind the first it is", () => {
    expect(placesOf(["21000", "+4", "", "21036", "old,21012"])).toEqual({
      places: { s1: 0, s2: 1, s4: 9, old: 3 },
      bad: [],
    });
  });

  it.each([
    [
      "between two places",
      "21006",
      "21006 is not the first port of a place: with 4 ports a student write 21004 or 21008",
    ],
    [
      "behind the first of the last place",
      "21037",
      "21037 is not the first port of a place: with 4 ports a student write 21036",
    ],
    [
      "behind the last whole place",
      "+40",
      "21040 is outside of the places of the class: write a port of 21000-21039",
    ],
    ["below the class", "80", "80 is outside of the places of the class: write a port of 21000-21039"],
    [
      "of a student who left",
      "21016",
      "21016 is the first port of left, and no place is given twice: choose another",
    ],
    [
      "of one who is forgotten",
      "21020",
      "21020 was a student's who is forgotten, and no place is given twice: choose another",
    ],
    [
      "of one who has other ports already",
      "old,21000",
      "old has had the ports from 21012 on since an earlier reading, and keeps them: write 21012, or leave the field empty",
    ],
  ])("%s is refused", (_, port, why) => {
    expect(placesOf([port])).toEqual({ places: {}, bad: [[2, "port", why]] });
  });

  it("that two want is the first one's, and the other is told on which line", () => {
    expect(placesOf(["21000", "21000"])).toEqual({
      places: { s1: 0 },
      bad: [[3, "port", "21000 is for s1 on line 2 already: choose another"]],
    });
  });

  it("needs ports that are known before the start", () => {
    const [[, , why] = []] = placesOf(["21000"], { ...PORTS, ports: undefined }).bad;
    expect(why).toMatch(/^a fixed port needs ports: under class:/);
  });
});
