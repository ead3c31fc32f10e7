import { expect, test } from "vitest"
import { markdown } from "./markdown.ts"

const render = (source: string) => markdown(source).text
const PNG = "data:image/png;base64,iVBORw0KGgo="

test("Raw HTML stays text", () => {
  expect(render('<img src=x onerror="alert(1)">\n\n<script>1</script>')).not.toMatch(/<(img|script)/)
})

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "file:///etc/passwd",
  "//evil.dev",
  "src/a.ts",
])("A link to %s is text", (href) => {
  const made = render(`[name](${href})`)
  expect(made).not.toContain("href")
  expect(made).toContain(">name</span>")
})

test("Links to the web and to mail keep their address and tell it nothing", () => {
  for (const href of ["https://x.dev/a?b=1", "http://x.dev", "mailto:a@x.dev"]) {
    expect(render(`[x](${href})`)).toContain(
      `<a href="${href}" rel="noopener noreferrer nofollow ugc" target="_blank">`,
    )
  }
  expect(render("see https://x.dev/a")).toContain('<a href="https://x.dev/a"')
})

test("Pictures from elsewhere are links that name their host, and nothing loads", () => {
  const made = render("![chart](https://user:pw@img.x.dev/c.png)")
  expect(made).not.toContain("<img")
  expect(made).toContain('<span class="host">img.x.dev</span>')
})

test("A picture within a link does not nest links", () => {
  expect(render("[![a](https://x.dev/a.png)](https://y.dev)").match(/<a /g)).toHaveLength(1)
})

test("Raster pictures in the share itself are shown, SVG is not", () => {
  expect(render(`![dot](${PNG})`)).toContain(`<img src="${PNG}" alt="dot"`)
  expect(render("![x](data:image/svg+xml;base64,PHN2Zy8+)")).not.toContain("<img")
})

test("Task lists have boxes that say their state", () => {
  const made = render("- [ ] open\n- [x] closed\n- plain [x]")
  expect(made).toContain('<li class="task"><span class="box" role="img" aria-label="to do"></span>open')
  expect(made).toContain('<li class="task done"><span class="box" role="img" aria-label="done"></span>closed')
  expect(made).toContain("<li>plain [x]</li>")
})

test("Tables align by class, as the page's policy forbids style attributes", () => {
  const made = render("| a | b |\n| --: | :-: |\n| 1 | 2 |")
  expect(made).toContain('<td class="align-right">1</td>')
  expect(made).toContain('<td class="align-center">2</td>')
  expect(made).not.toContain("style=")
})

test("Headings start below the message's own and skip no level", () => {
  expect(render("## A\n\n#### B\n\n# C").match(/<h\d class="rank-\d"/g)).toEqual([
    '<h3 class="rank-2"',
    '<h4 class="rank-4"',
    '<h3 class="rank-1"',
  ])
})

test("Fenced code is highlighted in languages we know and escaped in all", () => {
  expect(render("```ts\nconst a = '<b>'\n```")).toContain('<span class="hk">const</span>')
  expect(render("```ts\nconst a = '<b>'\n```")).not.toContain("<b>")
  expect(render("```nonsense\n<b>\n```")).toContain("<code>&lt;b&gt;</code>")
  expect(render('```"><img src=x>\nx\n```')).not.toContain("<img")
})

test("Code that is too large is not highlighted", () => {
  expect(render(`\`\`\`ts\n${"const a = 1\n".repeat(5000)}\`\`\``)).not.toContain('class="hk"')
})

test("A bidirectional override is shown in code as well", () => {
  expect(render("```ts\nlet a = '\u202e'\n```")).toContain("⟨U+202E⟩")
})
