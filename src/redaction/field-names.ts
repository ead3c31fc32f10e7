/**
 * Names of fields that OpenCode's types have (`@opencode-ai/sdk`): structure, where they stand. Under a field of free
 * form, and anywhere in an item of a type that is not known, every name is somebody's words.
 */
const FIELDS: ReadonlySet<string> = new Set([
  ...["id", "sessionID", "messageID", "parentID", "partID", "projectID", "workspaceID", "callID"],
  ...[
    "providerID",
    "modelID",
    "type",
    "role",
    "mode",
    "agent",
    "model",
    "variant",
    "finish",
    "system",
    "tools",
  ],
  ...[
    "format",
    "structured",
    "schema",
    "retryCount",
    "version",
    "slug",
    "title",
    "directory",
    "path",
    "cwd",
    "root",
  ],
  ...["time", "created", "updated", "completed", "initialized", "archived", "compacting", "compacted"],
  ...[
    "start",
    "end",
    "text",
    "synthetic",
    "ignored",
    "metadata",
    "mime",
    "filename",
    "url",
    "source",
    "value",
  ],
  ...["line", "character", "range", "name", "kind", "uri", "clientName", "tool", "state", "status", "input"],
  ...[
    "output",
    "raw",
    "error",
    "attachments",
    "data",
    "message",
    "statusCode",
    "isRetryable",
    "responseHeaders",
  ],
  ...["responseBody", "snapshot", "reason", "cost", "tokens", "total", "reasoning", "cache", "read", "write"],
  ...["hash", "files", "prompt", "description", "command", "attempt", "auto", "overflow", "tail_start_id"],
  ...["summary", "body", "additions", "deletions", "diffs", "diff", "file", "patch", "before", "after"],
  ...["revert", "share", "secret", "permission", "pattern", "action", "limit", "context", "options", "api"],
  ...["npm", "family", "release_date", "capabilities", "headers", "variants", "key", "env", "temperature"],
])

/** What stands under them is a tool's, a provider's or a server's. */
const FREE: ReadonlySet<string> = new Set([
  ...[
    "input",
    "metadata",
    "responseHeaders",
    "options",
    "headers",
    "variants",
    "structured",
    "schema",
    "tools",
  ],
])

export function isField(name: string): boolean {
  return FIELDS.has(name)
}

/** Whether what stands under a field of this name has any form. */
export function isFree(name: string): boolean {
  return FREE.has(name)
}
