/** OpenCode's themes that the pages can wear, by OpenCode's names, with what a reader calls them. */
export const THEMES = {
  carbonfox: "Carbonfox",
  catppuccin: "Catppuccin",
  cobalt2: "Cobalt 2",
  cursor: "Cursor",
  dracula: "Dracula",
  everforest: "Everforest",
  flexoki: "Flexoki",
  github: "GitHub",
  gruvbox: "Gruvbox",
  kanagawa: "Kanagawa",
  material: "Material",
  matrix: "Matrix",
  mercury: "Mercury",
  monokai: "Monokai",
  nord: "Nord",
  "one-dark": "One Dark",
  opencode: "OpenCode",
  orng: "Orng",
  "osaka-jade": "Osaka Jade",
  palenight: "Palenight",
  rosepine: "Rosé Pine",
  solarized: "Solarized",
  synthwave84: "Synthwave ’84",
  tokyonight: "Tokyo Night",
  vercel: "Vercel",
  vesper: "Vesper",
  zenburn: "Zenburn",
} as const

export type ThemeName = keyof typeof THEMES

/** The look that pages have unless a reader chose one. */
export const OWN_THEME = "Better Share"

/** Which of a theme's two looks; the system's, unless the reader says. */
export const SCHEMES = {
  "": "System",
  light: "Light",
  dark: "Dark",
} as const

export type SchemeName = keyof typeof SCHEMES

/** Of what a reader chose, in local storage, as "theme scheme". The number changes when that form does. */
export const LOOK_KEY = "better-share look 1"
