import type { ActiveShare } from "../active.ts"
import type { Commit, MetaStore, ShareMetadata, ShareRow } from "../ports.ts"
import type { RulesOf, ShareRules } from "./rules.ts"

/** So often a share may get another rule while one commit is made. */
const MOST_TRIES = 8

/**
 * Commits what goes by the share's rules as they are at that moment: title and folder stand in its row, so what was
 * taken out of them must not come back by a commit that had begun before. `count` is of how many rules that was.
 */
export async function commitByRules(
  { meta, rulesOf }: { meta: MetaStore; rulesOf: RulesOf },
  share: ActiveShare,
  make: (rules: ShareRules) => Omit<Commit, "redactions">,
): Promise<{ revision: Awaited<ReturnType<MetaStore["commit"]>>; count: number }> {
  let row: ShareRow | undefined = share
  for (let tries = 1; ; tries++) {
    const rules = await rulesOf(row)
    const revision = await meta.commit({ ...make(rules), redactions: rules.count })
    if (revision !== "moved" || tries === MOST_TRIES) return { revision, count: rules.count }
    row = await meta.findShare(share.id)
    // Refused for another reason, or for one that cannot be told any more.
    if (row?.generation !== share.generation || row.redactions === rules.count) {
      return { revision, count: rules.count }
    }
  }
}

/** What a share says of itself, without what its owner took out. */
export function redactMetadata(metadata: ShareMetadata, { redactText }: ShareRules): ShareMetadata {
  const { title, directory, ...counts } = metadata
  return {
    title: title === undefined ? undefined : redactText(title),
    directory: directory === undefined ? undefined : redactText(directory),
    ...counts,
  }
}
