/** The page: logs in, stays connected, and shows the view that its address names. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { Frame } from "./frame.tsx";
import { connect, hello } from "./live.ts";
import { route } from "./route.ts";
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
  const level = hello.value?.level ?? "";
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
      return level.startsWith("student:") ? <StudentView label={level.slice("student:".length)} /> : <Wall />;
  }
}

const place = document.getElementById("page");
await loginFromAddress();
if (place) render(<Page />, place);
effect(() => {
  if (session.value !== undefined) connect();
});
