import * as z from "zod/mini"
import type { SessionKind } from "./ports.ts"

/** Whom a session of each kind is of. */
export const SUBJECTS = {
  owner: z.object({
    /** As shares have them: hashes. */
    creators: z.array(z.string()),
    /** Single shares, whoever created them, each by the hash of a secret that has to be its own still. */
    shares: z.array(z.object({ id: z.string(), generation: z.int(), secretHash: z.string() })),
  }),
  admin: z.object({}),
} as const satisfies Record<SessionKind, z.ZodMiniType>

export type Subject<K extends SessionKind> = z.infer<(typeof SUBJECTS)[K]>

/** Undefined for what an earlier version may have written and this one does not know. */
export function readSubject<K extends SessionKind>(kind: K, text: string): Subject<K> | undefined {
  try {
    return SUBJECTS[kind].parse(JSON.parse(text)) as Subject<K>
  } catch {
    return undefined
  }
}
