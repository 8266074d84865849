/** Which view is shown: told by the address, so that a view can be linked, reloaded and gone back from. */
import { computed, signal } from "@preact/signals";

export interface Route {
  readonly view: "home" | "connection" | "role" | "lab" | "prompt" | "student";
  /** A connection's id, an instance's, a student's label. */
  readonly name: string;
}

const VIEWS = ["connection", "role", "lab", "prompt", "student"] as const;
const address = signal(location.hash);
addEventListener("hashchange", () => {
  address.value = location.hash;
});

export const route = computed<Route>(() => {
  const [, view = "", name = ""] = /^#\/([a-z]+)(?:\/(.*))?$/.exec(address.value) ?? [];
  const known = VIEWS.find((one) => one === view);
  return known ? { view: known, name: decoded(name) } : { view: "home", name: "" };
});

/** A hand-typed address may be no good encoding. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

export const linkTo = (view: Route["view"], name = ""): string =>
  view === "home"
    ? "#/"
    : `#/${view}${name === "" ? "" : `/${name.split("/").map(encodeURIComponent).join("/")}`}`;
