/** The page: logs in, stays connected, and shows the view that its address names. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { Frame } from "./frame.tsx";
import { connect, hello } from "./live.ts";
import { route } from "./route.ts";
import { loginFromAddress, session } from "./session.ts";
import { Login } from "./views/login.tsx";
import { Wall } from "./views/wall.tsx";

function Page() {
  if (session.value === undefined) return <Login />;
  return <Frame>{hello.value ? <View /> : <p class="quiet">Connecting …</p>}</Frame>;
}

function View() {
  const { view } = route.value;
  switch (view) {
    default:
      return <Wall />;
  }
}

const place = document.getElementById("page");
await loginFromAddress();
if (place) render(<Page />, place);
effect(() => {
  if (session.value !== undefined) connect();
});
