import * as z from "zod";
import { exitCodes, NetlabError } from "../errors.ts";
import { candidatesFor } from "./completion-candidates.ts";
import { defineStandalone } from "./standalone-command.ts";

/** The shells ask again at each Tab, so a script can never offer what is no longer there. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# netlabctl and netlabd: completion for bash. In ~/.bashrc:  source <(netlabctl completion bash)
_netlabctl() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done \\
    < <(netlabctl completion words bash "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _netlabctl netlabctl netlabd
`,
  zsh: `#compdef netlabctl netlabd
# netlabctl and netlabd: completion for zsh. In ~/.zshrc:  source <(netlabctl completion zsh)
_netlabctl() {
  local -a candidates
  candidates=("\${(@f)$(netlabctl completion words zsh "$LBUFFER" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then _describe netlabctl candidates; else _files; fi
}
compdef _netlabctl netlabctl netlabd
`,
  fish: `# netlabctl and netlabd: completion for fish. In ~/.config/fish/completions/netlabctl.fish
complete -c netlabctl -a '(netlabctl completion words fish (commandline -cp) 2>/dev/null)'
complete -c netlabd -a '(netlabctl completion words fish (commandline -cp) 2>/dev/null)'
`,
};
const SHELLS = Object.keys(SCRIPTS);

export default defineStandalone({
  name: "completion",
  summary: `prints the completion script of a shell: ${SHELLS.join(", ")}`,
  args: [
    { name: "shell", summary: SHELLS.join(", "), choices: SHELLS },
    // Question of the scripts themselves: completion words bash "netlabctl conns c".
    { name: "words", summary: "for the scripts themselves", isOptional: true, isVariadic: true },
  ],
  options: z.object({}),
  example: "source <(netlabctl completion bash)",
  async run({ args, rest, out }) {
    const { shell = "" } = args;
    if (shell === "words") {
      const [asking = "", line = ""] = rest;
      const lines = await candidatesFor(asking, line);
      if (lines.length > 0) out(lines.join("\n"));
      return exitCodes.done;
    }
    const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
    if (script === undefined || rest.length > 0)
      throw new NetlabError("usage/completion-shell", { shell: shell ?? "", shells: SHELLS });
    out(script.trimEnd());
    return exitCodes.done;
  },
});
