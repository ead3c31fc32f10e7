import { join } from "node:path"
import { createRedactor, type RedactionState, type Redactor } from "../../redaction/redactor.ts"
import { readIfThere, writeWhole } from "../files.ts"
import type { PluginDeps } from "../plugin-deps.ts"
import type { KeyringEntry } from "../shares/keyring.ts"

/** A share's redactor, with the memory that makes the same secret the same placeholder after a restart. */
export interface ShareRedactor {
  redactor: Redactor
  save(): Promise<void>
}

/** Undefined when redaction is off. */
export async function openShareRedactor(
  { shareID }: Pick<KeyringEntry, "shareID">,
  deps: PluginDeps,
): Promise<ShareRedactor | undefined> {
  const path = join(deps.outbox.folderOf(shareID), "redaction.json")
  const redactor = newRedactor(deps, readState(await readIfThere(path)))
  if (!redactor) return undefined
  let saved = JSON.stringify(redactor.state())
  return {
    redactor,
    async save() {
      const state = JSON.stringify(redactor.state())
      if (state === saved) return
      await writeWhole(path, state)
      saved = state
    },
  }
}

/** One without a share, such as for a look at what would be found. */
export function newRedactor(
  { settings, machine, pause, now }: PluginDeps,
  state?: RedactionState,
): Redactor | undefined {
  if (!settings.redact) return undefined
  const { mode: _, ...options } = settings.redact
  return createRedactor({ options: { ...machine, ...options }, ...(state && { state }), pause, now })
}

/** A damaged file costs the numbers of the placeholders and nothing else. */
function readState(text: string | undefined): RedactionState | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as RedactionState)
  } catch {
    return undefined
  }
}
