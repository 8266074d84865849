/** Page of a browser that is not logged in: tells what to do. */
import { loginProblem } from "../session.ts";

const WORDS = {
  none: "This page needs a link.",
  used: "This link was used or has expired.",
  ended: "This login has ended.",
  unreachable: "The lab does not answer. Open the link again when it runs.",
} as const;

export function Login() {
  return (
    <main class="login">
      <h1>netlabd</h1>
      <p role="alert">{WORDS[loginProblem.value]}</p>
      <p>
        To get one, type <code>web</code> at its prompt, or <code>netlabctl web</code> in a shell, and open
        the link that it prints. Students get their link from the instructor.
      </p>
    </main>
  );
}
