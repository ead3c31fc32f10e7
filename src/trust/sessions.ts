import { toBase64Url } from "./base64url.ts"
import type { InstanceKeys } from "./instance-keys.ts"
import type { SessionKind, TrustMachine, TrustStore } from "./ports.ts"
import { readSubject, type Subject } from "./subject.ts"

/** How long a browser stays in. */
export const SESSION_MS = 12 * 3600_000

/** How long a link that lets somebody in is good. */
export const ENTRY_MS = 10 * 60_000

/** Somebody who was let in, in one browser. */
export interface BrowserSession<K extends SessionKind = SessionKind> {
  /** The hash that it is kept under: no secret, and of no use to whoever reads it. */
  id: string
  kind: K
  subject: Subject<K>
  /** Milliseconds since the epoch. */
  expiresAt: number
}

export interface Sessions {
  /** Resolves to what the browser is to hold, which is kept nowhere else. */
  start<K extends SessionKind>(kind: K, subject: Subject<K>): Promise<{ secret: string; expiresAt: number }>
  /** Undefined for what is no session of this kind, was ended or has expired. */
  find<K extends SessionKind>(kind: K, secret: string): Promise<BrowserSession<K> | undefined>
  end(session: Pick<BrowserSession, "id">): Promise<void>
  endAll(kind: SessionKind): Promise<void>
  /** What a form of this session carries, so that a form from elsewhere is told from it. */
  formToken(session: Pick<BrowserSession, "id">): Promise<string>
  checkFormToken(session: Pick<BrowserSession, "id">, token: string): Promise<boolean>
  /** A code that lets one browser in, once, within ten minutes. */
  createEntry<K extends SessionKind>(kind: K, subject: Subject<K>): Promise<string>
  /** Uses the code up, whoever holds it. Undefined for one that is none, was used or has expired. */
  takeEntry(code: string): Promise<Entry | undefined>
  /** To be called now and then: deletes what has expired. */
  forgetExpired(): Promise<void>
}

/** Whom a code lets in. */
export type Entry = { [K in SessionKind]: { kind: K; subject: Subject<K> } }[SessionKind]

export interface SessionsDeps {
  store: TrustStore
  keys: InstanceKeys
  machine: TrustMachine
}

const FORMS = "form"

/** Codes and what browsers hold are random, so a plain hash keeps them: there is nothing to guess from it. */
export function createSessions({ store, keys, machine }: SessionsDeps): Sessions {
  const createSecret = () => toBase64Url(machine.randomBytes(32))
  // Of different things, so that neither can be passed off as the other.
  const hashOf = (what: "session" | "entry", secret: string) => machine.hash(`${what}:${secret}`)

  return {
    async start(kind, subject) {
      const secret = createSecret()
      const createdAt = machine.now()
      const expiresAt = createdAt + SESSION_MS
      const hash = hashOf("session", secret)
      await store.createSession({ hash, kind, subject: JSON.stringify(subject), createdAt, expiresAt })
      return { secret, expiresAt }
    },

    async find(kind, secret) {
      const row = await store.findSession(hashOf("session", secret))
      if (row?.kind !== kind || row.expiresAt <= machine.now()) return undefined
      const subject = readSubject(kind, row.subject)
      return subject && { id: row.hash, kind, subject, expiresAt: row.expiresAt }
    },

    end: ({ id }) => store.endSession(id),
    endAll: (kind) => store.endSessions(kind),
    formToken: ({ id }) => keys.mac(FORMS, id),
    checkFormToken: ({ id }, token) => keys.checkMac(FORMS, id, token),

    async createEntry(kind, subject) {
      const code = createSecret()
      const expiresAt = machine.now() + ENTRY_MS
      const hash = hashOf("entry", code)
      await store.createEntry({ hash, kind, subject: JSON.stringify(subject), expiresAt })
      return code
    },

    async takeEntry(code) {
      const row = await store.takeEntry(hashOf("entry", code))
      if (!row || row.expiresAt <= machine.now()) return undefined
      const subject = readSubject(row.kind, row.subject)
      return subject && ({ kind: row.kind, subject } as Entry)
    },

    forgetExpired: () => store.forgetExpired(machine.now()),
  }
}
