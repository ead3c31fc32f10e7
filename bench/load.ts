import { figuresOf } from "./load/figures.ts"
import { readLoadSettings } from "./load/options.ts"
import { playLoad } from "./load/play.ts"
import { withTarget } from "./load/target.ts"
import { tellLoad } from "./load/tell.ts"

// Live sessions, and viewers of them, against a running instance or one of our own: `npm run load -- --help` is
// bench/load/options.ts. It ends by itself, and removes the shares that it has made.

await withTarget(readLoadSettings, async (target, settings) => {
  const played = await playLoad(target, settings, (line) => console.error(line))
  const figures = figuresOf(played, settings, target.about)
  if (settings.json) console.log(JSON.stringify(figures))
  else tellLoad(figures)
  if (Object.keys(figures.refused).length > 0) process.exitCode = 1
})
