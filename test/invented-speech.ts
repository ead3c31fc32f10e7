import { inventedText, type SourceFile } from "./invented-text.ts"

/** A tool call of a session: what was asked, what came, and what OpenCode says of it. */
export interface ToolCall {
  tool: string
  /** Whether it is seen running before it is done. */
  slow: boolean
  input: object
  soFar: object
  output: string
  title: string
  metadata: object
}

export interface SpeechOptions {
  random: () => number
  /** How much tools put out; 1 is a mean of some 5 KB of JSON a call. */
  scale: number
  /** Of the project that the tools work in. */
  directory: string
}

/** What is said and done in a session. */
export function createSpeech({ random, scale, directory }: SpeechOptions) {
  const text = inventedText()
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const prose = (sentences: number) => Array.from({ length: sentences }, () => pick(text.sentences)).join(" ")

  /** Sizes as sessions have them: many small ones, a few large. */
  function lines(mean: number): { file: SourceFile; start: number; lines: string[] } {
    const file = pick(text.files)
    const wanted = Math.ceil(-Math.log(1 - random()) * mean * scale)
    const start = Math.floor(random() * Math.max(1, file.lines.length - wanted))
    return { file, start, lines: file.lines.slice(start, start + wanted) }
  }

  function read(): ToolCall {
    const { file, start, lines: found } = lines(150)
    const path = `${directory}/${file.path}`
    const shown = found.join("\n")
    const numbered = found.map((line, i) => `${start + i + 1}: ${line}`).join("\n")
    return {
      tool: "read",
      slow: false,
      input: { filePath: path, offset: start },
      soFar: {},
      output: `<path>${path}</path>\n<type>file</type>\n<content>\n${numbered}\n</content>`,
      title: file.path,
      metadata: {
        preview: found.slice(0, 20).join("\n"),
        truncated: false,
        loaded: [],
        display: { type: "file", path, text: shown, lineStart: start + 1, lineEnd: start + found.length },
      },
    }
  }

  function edit(): ToolCall {
    const { file, start, lines: old } = lines(12)
    const changed = old.map((line) =>
      random() < 0.4 ? line.replace(/\w+/, pick(pick(text.files).lines).trim()) : line,
    )
    const patch = [
      `Index: ${directory}/${file.path}`,
      "=".repeat(67),
      `@@ -${start + 1},${old.length} +${start + 1},${changed.length} @@`,
      ...old.map((line) => `-${line}`),
      ...changed.map((line) => `+${line}`),
    ].join("\n")
    const filePath = `${directory}/${file.path}`
    return {
      tool: "edit",
      slow: false,
      input: { filePath, oldString: old.join("\n"), newString: changed.join("\n") },
      soFar: {},
      output: "Edit applied successfully.",
      title: file.path,
      metadata: {
        diagnostics: {},
        diff: patch,
        filediff: { file: filePath, patch, additions: changed.length },
      },
    }
  }

  function bash(): ToolCall {
    const command = `npm test -- ${pick(text.files).path}`
    const ran = Array.from({ length: Math.ceil(random() * 40 * scale) }, () => {
      const { file, start, lines: at } = lines(1)
      return random() < 0.7
        ? `  ✓ ${file.path} > ${pick(text.sentences).slice(0, 60)} (${Math.floor(random() * 900)} ms)`
        : `${file.path}:${start + 1}:${at.join(" ").trim()}`
    })
    const output = ran.join("\n")
    return {
      tool: "bash",
      slow: true,
      input: { command, description: pick(text.sentences).slice(0, 50) },
      soFar: { output: ran.slice(0, ran.length / 2).join("\n") },
      output,
      title: command,
      metadata: { output, exit: 0, truncated: false },
    }
  }

  const order = [read, bash, edit, read, bash, read, edit]
  return { prose, call: (number: number): ToolCall => (order[number % order.length] ?? read)() }
}
