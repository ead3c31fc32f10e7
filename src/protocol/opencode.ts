/**
 * The shapes of OpenCode's session data as 1.18 sends them. They describe; they do not promise: everything but
 * the ids comes from outside and is read with care (see viewer/read.ts). Source: `@opencode-ai/sdk` types.
 */
export interface Tokens {
  input?: number
  output?: number
  reasoning?: number
  total?: number
  cache?: { read?: number; write?: number }
}

export interface SessionData {
  id: string
  parentID?: string
  title?: string
  directory?: string
  version?: string
  agent?: string
  cost?: number
  tokens?: Tokens
  summary?: { additions?: number; deletions?: number; files?: number }
  /** Set between an undo and the next prompt (or redo): what lies behind it is hidden. */
  revert?: Revert
  time?: { created?: number; updated?: number; archived?: number }
  [key: string]: unknown
}

export interface Revert {
  messageID: string
  /** With it, the parts of the message before this one stay visible. */
  partID?: string
}

export interface MessageData {
  id: string
  sessionID: string
  role: string
  time?: { created?: number; completed?: number }
  [key: string]: unknown
}

export interface PartData {
  id: string
  messageID: string
  sessionID: string
  type: string
  [key: string]: unknown
}

/** One changed file of a `session_diff` item. */
export interface FileDiff {
  file?: string
  patch?: string
  additions?: number
  deletions?: number
  status?: string
  [key: string]: unknown
}

export interface ModelData {
  id?: string
  providerID?: string
  name?: string
  [key: string]: unknown
}
