import type { Token } from "markdown-it"

const BOX = /^\[([ xX])\](?=\s|$)\s*/

/**
 * `- [ ] this` and `- [x] that` as a list of tasks, as GitHub's markdown has them. The boxes are signs, not
 * inputs: a share is read-only.
 */
export function markTasks(tokens: Token[], TokenType: typeof Token): void {
  for (let at = 2; at < tokens.length; at++) {
    const [item, paragraph, inline] = [tokens[at - 2], tokens[at - 1], tokens[at]]
    if (item?.type !== "list_item_open" || paragraph?.type !== "paragraph_open" || inline?.type !== "inline")
      continue
    const first = inline.children?.[0]
    const box = BOX.exec(inline.content)
    if (!box || first?.type !== "text" || !BOX.test(first.content)) continue
    const done = box[1] !== " "
    first.content = first.content.replace(BOX, "")
    item.attrJoin("class", done ? "task done" : "task")
    const sign = new TokenType("html_inline", "", 0)
    sign.content = `<span class="box" role="img" aria-label="${done ? "done" : "to do"}"></span>`
    inline.children?.unshift(sign)
  }
}
