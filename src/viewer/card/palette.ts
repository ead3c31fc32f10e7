/** The light colours of styles/tokens.css, by their names there: a picture knows no dark mode. */
export const PALETTE = {
  paper: "#fcfbf8",
  ink: "#1f1e1b",
  soft: "#57544d",
  faint: "#6e6a62",
  line: "#e5e1d8",
  accent: "#0a6076",
  bad: "#a8271c",
  good: "#1c6b3a",
} as const
