import { contrast, lightnessOf, luminance, mix, withLightness } from "./colour.ts"
import type { Palette, Scheme } from "./palettes.ts"
import { demandsOf, type Surface, TERMINAL_ERROR, type TextName } from "./readable.ts"

/** The variables of styles/tokens.css that a theme sets, without their dashes. */
export type Tokens = Record<
  Surface | TextName | "on-accent" | "line" | "line-strong" | "accent-line" | "focus",
  string
>

/**
 * A theme in our variables. Surfaces come first, held near the paper so that text has something to stand on; then text
 * is made lighter or darker until it can be read on all of them.
 */
export function tokensOf(palette: Palette, scheme: Scheme): Tokens {
  const surfaces = surfacesOf(palette, scheme)
  const grounds = { ...surfaces, "term-error": TERMINAL_ERROR }
  const { background, textMuted, primary, error, success } = palette
  const step = scheme === "dark" ? 0.01 : -0.01

  function readable(name: TextName, colour: string): string {
    const demands = demandsOf(name, scheme)
    let made = colour
    for (let lightness = lightnessOf(colour); lightness >= 0 && lightness <= 1; lightness += step) {
      if (demands.every(({ on, least }) => contrast(made, grounds[on]) >= least)) return made
      made = withLightness(colour, lightness + step)
    }
    return made
  }

  const accent = readable("accent", primary)
  return {
    ...surfaces,
    ink: readable("ink", palette.text),
    soft: readable("soft", mix(palette.text, textMuted, 0.5)),
    faint: readable("faint", textMuted),
    accent,
    "on-accent": background,
    bad: readable("bad", error),
    good: readable("good", success),
    "syn-comment": readable("syn-comment", palette.syntaxComment),
    "syn-keyword": readable("syn-keyword", palette.syntaxKeyword),
    "syn-string": readable("syn-string", palette.syntaxString),
    "syn-number": readable("syn-number", palette.syntaxNumber),
    "syn-title": readable("syn-title", palette.syntaxFunction),
    "syn-type": readable("syn-type", palette.syntaxType),
    line: apart(within(palette.borderSubtle, background, 1.8), background, 1.15, palette.text),
    "line-strong": apart(within(palette.border, background, 3), background, 1.35, palette.text),
    // What shows a state has to be seen, WCAG 1.4.11.
    "accent-line": apart(primary, background, 3, accent),
    focus: accent,
  }
}

function surfacesOf(palette: Palette, scheme: Scheme): Record<Surface, string> {
  const { background: paper, text, primary, error, success } = palette
  const raised = within(palette.backgroundPanel, paper, 1.2)
  const wash = apart(within(palette.backgroundElement, paper, 1.35), raised, 1.06, text)
  const addWash = mix(within(palette.diffAddedBg, paper, 1.35), success, 0.1)
  const delWash = mix(within(palette.diffRemovedBg, paper, 1.35), error, 0.1)
  return {
    paper,
    raised,
    wash,
    "accent-wash": within(mix(paper, primary, 0.12), paper, 1.35),
    "bad-wash": within(mix(paper, error, 0.12), paper, 1.35),
    "add-wash": within(addWash, paper, 1.4),
    "del-wash": within(delWash, paper, 1.4),
    // Of middle lightness, as a bright green is hardly seen on a light one.
    "add-mark": within(mix(addWash, withLightness(success, 0.55), 0.35), paper, 1.7),
    "del-mark": within(mix(delWash, withLightness(error, 0.55), 0.35), paper, 1.7),
    ...(scheme === "dark" ? terminalOf(paper, text) : PRINTED_TERMINAL),
  }
}

/** A terminal is light on paper only. */
const PRINTED_TERMINAL = { term: "#ffffff", "term-raised": "#ffffff" }

/** About as dark as our own is: the colours of programs' output (../ansi-palette.ts) were made for that. */
const TERMINAL_LUMINANCE = 0.0125

function terminalOf(paper: string, text: string): typeof PRINTED_TERMINAL {
  let term = paper
  for (let lightness = lightnessOf(paper); luminance(term) > TERMINAL_LUMINANCE; lightness -= 0.01) {
    term = withLightness(paper, lightness)
  }
  return { term, "term-raised": mix(term, text, 0.05) }
}

/** The colour, or what is so much closer to `ground` that it stands out from it by no more than `most`. */
function within(colour: string, ground: string, most: number): string {
  let made = colour
  for (let share = 0.05; contrast(made, ground) > most && share <= 1; share += 0.05) {
    made = mix(colour, ground, share)
  }
  return made
}

/** The colour, or what is so much closer to `towards` that it stands out from `ground` by `least`. */
function apart(colour: string, ground: string, least: number, towards: string): string {
  let made = colour
  for (let share = 0.02; contrast(made, ground) < least && share <= 1; share += 0.02) {
    made = mix(colour, towards, share)
  }
  return made
}
