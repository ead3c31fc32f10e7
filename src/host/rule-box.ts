import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto"
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import type { RuleBox } from "../shares/ports.ts"
import { provideUploadKey } from "../storage/blobs/upload-key.ts"
import type { Config } from "./config.ts"

const ALGORITHM = "aes-256-gcm"
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * What owners' rules are sealed with on this instance. Nodes without a folder of their own have one key by what they
 * have in common, the bucket's secret.
 */
export function openRuleBoxOf({ dataDir, databaseUrl, s3 }: Config): Promise<RuleBox> | RuleBox {
  if (databaseUrl === undefined || s3 === undefined) return openRuleBox(dataDir)
  return createRuleBox(new Uint8Array(hkdfSync("sha256", s3.secretAccessKey, "", "better-share rules", 32)))
}

/** The key that owners' rules are sealed with at rest: a file of its own, so that a copy of the database is not enough. */
async function openRuleBox(folder: string): Promise<RuleBox> {
  await mkdir(folder, { recursive: true })
  return createRuleBox(await provideUploadKey(join(folder, "rules.key")))
}

/** AES-256-GCM with a random nonce, in base64url: nonce, tag, text. */
export function createRuleBox(key: Uint8Array): RuleBox {
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(ALGORITHM, key, nonce)
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString("base64url")
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, "base64url")
      const body = NONCE_BYTES + TAG_BYTES
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, body))
      return Buffer.concat([decipher.update(bytes.subarray(body)), decipher.final()]).toString("utf8")
    },
  }
}
