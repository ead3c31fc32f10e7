import { type AuditOrigin, BY_ITSELF } from "../../protocol/audit.ts"
import { gone, notFound, ShareError } from "../../protocol/errors.ts"
import { MOST_RULES, type RedactionRule, type RedactionWish } from "../../protocol/redaction-rule.ts"
import type { RedactionReceipt } from "../../protocol/routes.ts"
import { createOwnersRedaction } from "../../redaction/owners-redaction.ts"
import { type Credentials, findOwned } from "../access/credentials.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import { withinPatience } from "../patience.ts"
import type { ShareRow } from "../ports.ts"
import type { ShareReader } from "../read/read.ts"
import type { SharesDeps } from "../shares.ts"
import type { Cleaner } from "./cleaner.ts"
import { createShownCounter } from "./count-shown.ts"
import { createReceipts, PATIENCE_MS, tooManyRules } from "./receipt.ts"
import { createSealedRedaction, type SealedRedaction } from "./redact-sealed.ts"
import { type RulesOf, sealRule } from "./rules.ts"

export interface RedactRequest {
  shareID: string
  credentials: Credentials
  rules: readonly RedactionWish[]
  /** Who asks, for the audit. */
  by?: AuditOrigin | undefined
}

/** A rule of a share, and what it has found so far. */
export interface KeptRedaction {
  id: string
  /** Undefined of an encrypted share, as only its reader can tell. */
  kind?: RedactionRule["kind"]
  createdAt: number
  occurrences: number
  /** With what it names, where that was asked for: as it is, or as its owner's browser has sealed it. */
  rule?: RedactionRule
  sealed?: string
}

export interface RedactionDesk extends SealedRedaction {
  /**
   * Takes out what the rules name: from its first transaction on for every reader, and out of the store before it
   * resolves, or soon afterwards when that takes long. For whoever may write to the share or owns it. Repeatable with
   * the same ids. Throws `not_found`, `gone`, `conflict`.
   */
  redact(request: RedactRequest): Promise<RedactionReceipt>
  /**
   * The share's rules, for the same people, without what they name unless `texts` asks for that. `pending`: something that
   * they name may still be stored.
   */
  redactions(request: {
    shareID: string
    credentials: Credentials
    texts?: boolean
  }): Promise<{ redactions: KeptRedaction[]; pending: boolean }>
}

export function createRedactionDesk(
  deps: SharesDeps & { reader: ShareReader; cleaner: Cleaner; rulesOf: RulesOf },
): RedactionDesk {
  const { meta, notifier, machine, log, keys, reader, cleaner, rulesOf } = deps
  const countShown = createShownCounter(reader)
  const describe = createReceipts(deps)

  async function enter({ shareID, credentials }: { shareID: string; credentials: Credentials }) {
    const { share, secretHash } = await findOwned(deps, { shareID, credentials, to: "write" })
    return { share: requireActive(share), secretHash }
  }

  /** The rule first: a crash behind it leaves a share that shows nothing of it, and work for the next upkeep. */
  async function redact(request: RedactRequest): Promise<RedactionReceipt> {
    const { shareID, rules: wishes, by = BY_ITSELF } = request
    const { share, secretHash } = await enter(request)
    if (share.encrypted) throw encrypted(shareID)
    const rules = wishes.map((wish) => ({ ...wish, id: wish.id ?? crypto.randomUUID() }))
    const redacted = await add({ share, secretHash, rules, by })
    reader.forget(shareID)
    notifier.publish({ shareID, revision: redacted.revision, state: "active" })
    log.info({ share: shareID, rules: rules.length }, "redacted")
    // What fails goes on with the upkeep; nobody is shown what was taken out meanwhile.
    const cleaning = cleaner.clean(shareID).catch((err: unknown) => {
      log.warn({ err, share: shareID }, "could not take out of the store yet what was redacted")
    })
    await withinPatience(cleaning, PATIENCE_MS)
    return describe(redacted, new Set(rules.map(({ id }) => id)))
  }

  async function add({
    share,
    secretHash,
    rules,
    by,
  }: {
    share: ActiveShare
    secretHash: string | undefined
    rules: readonly RedactionRule[]
    by: AuditOrigin
  }): Promise<ShareRow> {
    const { rules: before } = await rulesOf(share)
    const occurrences = await countShown(share.id, rules)
    const sealed = rules.map(async (rule) => ({ id: rule.id, rule: await sealRule(keys, rule) }))
    const at = machine.now()
    const { redactText } = createOwnersRedaction([...before, ...rules])
    const redacted = await meta.addRedactions({
      shareID: share.id,
      generation: share.generation,
      secretHash,
      rules: await Promise.all(sealed),
      most: MOST_RULES,
      at,
      redact: redactText,
      audit: { ...by, at, event: "redacted", ...(occurrences !== undefined && { details: { occurrences } }) },
    })
    if (redacted === "too_many") throw tooManyRules()
    if (redacted) return redacted
    throw (await meta.findShare(share.id))?.state === "active" ? notFound() : gone()
  }

  return {
    redact,
    ...createSealedRedaction({ ...deps, describe }),

    async redactions(request) {
      const { share } = await enter(request)
      const rows = await meta.redactions(share.id, share.generation)
      const pending = (await meta.unredacted(share.id)).length > 0
      if (share.encrypted) {
        const redactions = rows.map(({ id, createdAt, occurrences, rule }) => ({
          ...{ id, createdAt, occurrences },
          ...(request.texts && { sealed: rule }),
        }))
        return { redactions, pending }
      }
      const { rules } = await rulesOf(share)
      return {
        redactions: rules.map((rule, i) => ({
          id: rule.id,
          kind: rule.kind,
          createdAt: rows[i]?.createdAt ?? 0,
          occurrences: rows[i]?.occurrences ?? 0,
          ...(request.texts && { rule }),
        })),
        pending,
      }
    },
  }
}

function encrypted(shareID: string): ShareError {
  return new ShareError(
    "conflict",
    `This share is encrypted: the server cannot read it, and so can take nothing out of it. Its owner's browser can, which has the key: at /shares/${shareID}/redact.`,
  )
}
