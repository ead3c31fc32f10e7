import { randomBytes, scrypt, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
)

/**
 * 32 MiB and a quarter of a second or so a guess: what OWASP asks of scrypt at parallelism 3.
 * https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#scrypt
 */
const COST = { log: 15, r: 8, p: 3 } as const
const SALT_BYTES = 16
const HASH_BYTES = 32

/** `scrypt$15$8$3$salt$hash`, with its cost in it, so that a later version may ask for more. */
const FORM = /^scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([A-Za-z0-9_-]+)\$([A-Za-z0-9_-]+)$/

/** What checks a password, and does not tell it. */
export async function stretch(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await hashOf(password, { ...COST, salt })
  return ["scrypt", COST.log, COST.r, COST.p, salt.toString("base64url"), hash.toString("base64url")].join(
    "$",
  )
}

export async function isStretchOf(password: string, stretched: string): Promise<boolean> {
  const [, log, r, p, salt = "", hash = ""] = FORM.exec(stretched) ?? []
  const known = Buffer.from(hash, "base64url")
  if (known.length !== HASH_BYTES) return false
  const cost = { log: Number(log), r: Number(r), p: Number(p), salt: Buffer.from(salt, "base64url") }
  return timingSafeEqual(await hashOf(password, cost), known)
}

function hashOf(
  password: string,
  { log, r, p, salt }: { log: number; r: number; p: number; salt: Buffer },
): Promise<Buffer> {
  // As Unicode says that what looks alike is alike: keyboards differ in how they spell it.
  const normal = password.normalize("NFKC")
  const N = 2 ** log
  return derive(normal, salt, HASH_BYTES, { N, r, p, maxmem: 256 * N * r })
}
