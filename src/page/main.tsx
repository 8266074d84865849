/** The page: logs in, stays connected, and shows the view that its address names. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { Frame } from "./frame.tsx";
import { connect, hello, studentOf } from "./live.ts";
import { type Route, route } from "./route.ts";
import { loginFromAddress, session } from "./session.ts";
import { ConnectionView } from "./views/connection.tsx";
import { LabView } from "./views/lab.tsx";
import { Login } from "./views/login.tsx";
import { PromptView } from "./views/prompt.tsx";
import { RoleView } from "./views/role.tsx";
import { StudentView } from "./views/student.tsx";
import { Wall } from "./views/wall.tsx";

function Page() {
  if (session.value === undefined) return <Login />;
  return <Frame>{hello.value ? <View /> : <p class="quiet">Connecting …</p>}</Frame>;
}

function View() {
  const { view, name } = route.value;
  const student = studentOf(hello.value?.level ?? "");
  // A student who types another place's address is at home.
  if (student !== undefined && !OF_STUDENTS.has(view)) return <StudentView label={student} />;
  switch (view) {
    case "connection":
      return <ConnectionView id={name} />;
    case "role":
      return <RoleView id={name} />;
    case "student":
      return <StudentView label={name} />;
    case "lab":
      return <LabView />;
    case "prompt":
      return <PromptView />;
    case "home":
      return <Wall />;
  }
}

const OF_STUDENTS: ReadonlySet<Route["view"]> = new Set(["connection", "role", "student"]);

const place = document.getElementById("page");
await loginFromAddress();
if (place) render(<Page />, place);
effect(() => {
  if (session.value !== undefined) connect();
});
