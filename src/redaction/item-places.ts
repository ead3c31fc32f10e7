import type { KnownType } from "../protocol/item.ts"

/**
 * Strings of known structure, which stay as they are: an import needs ids and types, and providers refuse a changed
 * signature. By type of item; `*` stands for any index of a list. All else is for people, and is redacted.
 */
const REFERENCE = ["id", "sessionID", "messageID"]
const MODEL = ["model.id", "model.modelID", "model.providerID", "model.variant"]
const FILE = ["id", "sessionID", "messageID", "type", "mime"]

const KEPT: Readonly<Record<KnownType | "unknown", ReadonlySet<string>>> = {
  session: new Set([
    ...["id", "projectID", "parentID", "workspaceID", "version", "agent", ...MODEL],
    ...[
      "revert.messageID",
      "revert.partID",
      "revert.snapshot",
      "permission.*.permission",
      "permission.*.action",
    ],
    ...["share.url", "summary.diffs.*.status"],
  ]),
  message: new Set([
    ...["id", "sessionID", "parentID", "role", "mode", "agent", "modelID", "providerID", ...MODEL, "finish"],
    ...["variant", "error.name", "error.data.providerID", "summary.diffs.*.status", "format.type"],
  ]),
  part: new Set([
    ...[
      ...REFERENCE,
      "type",
      "tool",
      "callID",
      "mime",
      "hash",
      "snapshot",
      "reason",
      "state.status",
      ...MODEL,
    ],
    ...["source.type", "error.name", "state.metadata.sessionId", "state.metadata.parentSessionId"],
    ...MODEL.map((path) => `state.metadata.${path}`),
    ...FILE.map((name) => `state.attachments.*.${name}`),
    ...["state.metadata.files.*.type", "state.metadata.filediff.status"],
  ]),
  session_diff: new Set(["*.status"]),
  model: new Set(["*.id", "*.providerID", "*.api.id", "*.api.npm", "*.status", "*.family", "*.release_date"]),
  message_removed: new Set(REFERENCE),
  part_removed: new Set(REFERENCE),
  message_hidden: new Set(REFERENCE),
  part_hidden: new Set(REFERENCE),
  unknown: new Set([...REFERENCE, "type", "status", "mime", "role"]),
}

/** What providers put beside text, reasoning and calls, and check when it comes back: `metadata.anthropic.signature`. */
const PROVIDERS = /^(?:metadata|providerMetadata|callProviderMetadata|resultProviderMetadata)\./
const OPAQUE =
  /(?:^|\.)[^.]*(?:signature|encrypted|redacted_?data)[^.]*$|\.reasoning_details\.\*\.data$|\.(?:item_?|response_?)?id$/i
/** They are one word. So nothing that was said passes for one. */
const OPAQUE_VALUE = /^[A-Za-z0-9+/=_.:-]*$/

/** Strings of a part that may still get longer. */
const GROWING = new Set(["text", "state.raw", "state.output", "state.metadata.output"])

/** Whether a string is what the table says: structure, whatever it says. */
export function isStructure(type: string, path: string): boolean {
  return (isKnown(type) ? KEPT[type] : KEPT.unknown).has(path)
}

export function isKnown(type: string): type is KnownType {
  return type !== "unknown" && Object.hasOwn(KEPT, type)
}

export function isKept(type: string, path: string, value: string): boolean {
  if (isStructure(type, path)) return true
  return type === "part" && PROVIDERS.test(path) && OPAQUE.test(path) && OPAQUE_VALUE.test(value)
}

export function mayGrow(type: string, path: string): boolean {
  return type === "part" && GROWING.has(path)
}
