import tab from "@bomb.sh/tab/commander"
import type { AddCommand } from "../commands.ts"
import { examples } from "../program.ts"

/** Comes last: it looks at all that there is. */
export const addComplete: AddCommand = (program) => {
  tab(program)
  const command = program.commands.find((each) => each.name() === "complete")
  if (!command) throw new Error("the library adds no command of this name any more")
  return command
    .summary("prints what has a shell complete these commands")
    .description("Prints what has a shell complete these commands: bash, zsh, fish or powershell.")
    .addHelpText(
      "after",
      examples(
        ["source <(better-share complete bash)", "in ~/.bashrc; zsh the same"],
        ["better-share complete fish | source", "in config.fish"],
      ),
    )
}
