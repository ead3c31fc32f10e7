import { THEMES, type ThemeName } from "./names.ts"
import { paletteOf } from "./palettes.ts"
import { tokensOf } from "./tokens.ts"

/**
 * What turns styles/tokens.css into OpenCode's themes. Each value stands beside the one of the other scheme, as in
 * tokens.css. A terminal takes the same rule, as it decides about its scheme itself.
 */
export function themesStylesheet(): string {
  return (Object.keys(THEMES) as ThemeName[]).map(themeRule).join("")
}

function themeRule(theme: ThemeName): string {
  const light = tokensOf(paletteOf(theme, "light"), "light")
  const dark = tokensOf(paletteOf(theme, "dark"), "dark")
  const declarations = (Object.keys(light) as (keyof typeof light)[]).map(
    (name) => `--${name}:var(--light,${light[name]})var(--dark,${dark[name]})`,
  )
  const root = `:root[data-theme=${theme}]`
  return `${root},${root} .terminal{${declarations.join(";")}}\n`
}
