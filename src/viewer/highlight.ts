import hljs from "highlight.js/lib/core"
import bash from "highlight.js/lib/languages/bash"
import c from "highlight.js/lib/languages/c"
import cpp from "highlight.js/lib/languages/cpp"
import csharp from "highlight.js/lib/languages/csharp"
import css from "highlight.js/lib/languages/css"
import diff from "highlight.js/lib/languages/diff"
import dockerfile from "highlight.js/lib/languages/dockerfile"
import elixir from "highlight.js/lib/languages/elixir"
import go from "highlight.js/lib/languages/go"
import graphql from "highlight.js/lib/languages/graphql"
import ini from "highlight.js/lib/languages/ini"
import java from "highlight.js/lib/languages/java"
import javascript from "highlight.js/lib/languages/javascript"
import json from "highlight.js/lib/languages/json"
import kotlin from "highlight.js/lib/languages/kotlin"
import lua from "highlight.js/lib/languages/lua"
import makefile from "highlight.js/lib/languages/makefile"
import markdown from "highlight.js/lib/languages/markdown"
import php from "highlight.js/lib/languages/php"
import python from "highlight.js/lib/languages/python"
import ruby from "highlight.js/lib/languages/ruby"
import rust from "highlight.js/lib/languages/rust"
import scss from "highlight.js/lib/languages/scss"
import sql from "highlight.js/lib/languages/sql"
import swift from "highlight.js/lib/languages/swift"
import typescript from "highlight.js/lib/languages/typescript"
import xml from "highlight.js/lib/languages/xml"
import yaml from "highlight.js/lib/languages/yaml"
import { type Html, html, showBidi, trusted } from "./html.ts"

const LANGUAGES = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  elixir,
  go,
  graphql,
  ini,
  java,
  javascript,
  json,
  kotlin,
  lua,
  makefile,
  markdown,
  php,
  python,
  ruby,
  rust,
  scss,
  sql,
  swift,
  typescript,
  xml,
  yaml,
}
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language)
hljs.registerAliases(["jsonc", "json5", "jsonl"], { languageName: "json" })
hljs.registerAliases(["vue", "svelte", "astro"], { languageName: "xml" })
hljs.registerAliases(["shell", "console", "shellsession", "fish"], { languageName: "bash" })

/**
 * highlight.js reads about 1 MB of ordinary code a second, but some grammars take time that grows with the square of
 * hostile code: 1.5 s for 40,000 characters.
 */
export const HIGHLIGHT_CHARS = 10_000

/** Code with class tokens for the languages that we know, plain otherwise. */
export function highlight(code: string, language: string | undefined): Html {
  if (!language || code.length > HIGHLIGHT_CHARS || !hljs.getLanguage(language)) return html`${code}`
  try {
    return trusted(slim(hljs.highlight(showBidi(code), { language, ignoreIllegals: true }).value))
  } catch {
    // A grammar that trips over its input is no reason to lose the code.
    return html`${code}`
  }
}

/** The looks that styles/code.css has for code: what a class stands for, and highlight.js's names for it. */
const LOOKS = {
  hc: "comment quote meta",
  hk: "keyword selector-tag operator doctag",
  hs: "string regexp char addition",
  hn: "number literal symbol bullet variable template-variable",
  ht: "title section built_in name link",
  hy: "type attr attribute selector-class selector-id property",
  hd: "deletion",
  he: "emphasis",
  hg: "strong",
} as const
const CLASSES = new Map(
  Object.entries(LOOKS).flatMap(([look, names]) => names.split(" ").map((name) => [`hljs-${name}`, look])),
)

/**
 * A page holds tens of thousands of these spans: they get short names, and those that look like what is around them
 * (punctuation, parameters) go.
 */
function slim(markup: string): string {
  const closings: string[] = []
  return markup.replace(/<span class="([^" ]*)[^"]*">|<\/span>/g, (_, name: string | undefined) => {
    if (name === undefined) return closings.pop() ?? ""
    const look = CLASSES.get(name)
    closings.push(look ? "</span>" : "")
    return look ? `<span class="${look}">` : ""
  })
}

const NAMES: Record<string, string> = {
  dockerfile: "dockerfile",
  makefile: "makefile",
  containerfile: "dockerfile",
}

/** The language of a file by its name: `src/a.ts` → `ts`. Unknown endings highlight as nothing. */
export function languageOf(path: string): string | undefined {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase()
  const named = NAMES[name]
  if (named) return named
  const dot = name.lastIndexOf(".")
  return dot < 0 ? undefined : name.slice(dot + 1)
}
