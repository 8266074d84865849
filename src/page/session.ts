/** The page's session: kept by the browser for this origin alone, its port included; never a cookie, which every port would get. */
import { signal } from "@preact/signals";

const KEY = "netlabd-session";

/** Undefined: not logged in. */
export const session = signal<string | undefined>(localStorage.getItem(KEY) ?? undefined);

/** Reason for which the page is not logged in. */
export const loginProblem = signal<"none" | "used" | "ended" | "unreachable">("none");

export function forgetSession(why: "ended"): void {
  localStorage.removeItem(KEY);
  session.value = undefined;
  loginProblem.value = why;
}

/** A link's key stands in the fragment, which no server sees; it is gone from the address bar before anything else happens. */
export async function loginFromAddress(): Promise<void> {
  const key = /^#k=(.+)$/.exec(location.hash)?.[1];
  if (key === undefined) return;
  history.replaceState(null, "", "/");
  try {
    const answer = await fetch("/login", { method: "POST", body: JSON.stringify({ key }) });
    if (!answer.ok) {
      // A browser that is logged in stays so: the link may have been opened twice.
      if (session.value === undefined) loginProblem.value = "used";
      return;
    }
    const found = (await answer.json()) as { session: string };
    localStorage.setItem(KEY, found.session);
    session.value = found.session;
    loginProblem.value = "none";
  } catch {
    loginProblem.value = "unreachable";
  }
}
