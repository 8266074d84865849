/** Frame around every view: tells the place, and whether what is shown is of this moment. */
import type { ComponentChildren } from "preact";
import { hello, standing, studentOf } from "./live.ts";
import { linkTo, type Route, route } from "./route.ts";

const PLACES: readonly {
  readonly view: Route["view"];
  readonly name: string;
  readonly isOperators?: boolean;
}[] = [
  { view: "home", name: "Wall" },
  { view: "lab", name: "Lab" },
  { view: "prompt", name: "Prompt", isOperators: true },
];

export function Frame({ children }: { children: ComponentChildren }) {
  const level = hello.value?.level ?? "";
  const student = studentOf(level);
  const places =
    student !== undefined ? [] : PLACES.filter(({ isOperators }) => !isOperators || level === "operator");
  return (
    <>
      <header>
        <a class="home" href={linkTo("home")}>
          {hello.value?.lab ?? "netlabd"}
        </a>
        <nav aria-label="views">
          {places.map(({ view, name }) => (
            <a key={view} href={linkTo(view)} aria-current={route.value.view === view ? "page" : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <span class="who">{student ?? level}</span>
      </header>
      {standing.value === "lost" && (
        <p class="banner" role="status">
          The connection to the lab is lost. What you see is as it was; this page tries again by itself.
        </p>
      )}
      <main data-stale={standing.value === "connected" ? undefined : ""}>{children}</main>
    </>
  );
}
