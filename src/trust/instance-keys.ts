import { fromBase64Url, toBase64Url } from "./base64url.ts"

/** What of WebCrypto the keys need. */
export type KeyCrypto = Pick<SubtleCrypto, "importKey" | "deriveBits" | "encrypt" | "decrypt" | "sign">

/**
 * The instance's own keys. Each purpose has keys of its own, so that what was made for one is nothing for another.
 * The first master key makes, all of them open: a key is replaced by putting a new one in front, and the old one goes
 * when nothing is left that it made.
 */
export interface InstanceKeys {
  /** Seals a short text, for whoever has one of the master keys. */
  seal(purpose: string, text: string): Promise<string>
  /** Undefined when it was not sealed for this purpose by any of the keys, or was changed. */
  open(purpose: string, sealed: string): Promise<string | undefined>
  /** A text's code, in base64url: the same for the same text, for as long as the first master key is. */
  mac(purpose: string, text: string): Promise<string>
  /** The codes that all keys give a text, in base64url: the first is what `mac` gives. */
  macs(purpose: string, text: string): Promise<string[]>
  /** Whether it is the code that any of the keys gives the text. */
  checkMac(purpose: string, text: string, mac: string): Promise<boolean>
}

export interface InstanceKeysDeps {
  subtle: KeyCrypto
  randomBytes(count: number): Uint8Array<ArrayBuffer>
  equal(a: string, b: string): boolean
  /** 32 bytes each; one or more. */
  masters: readonly Uint8Array<ArrayBuffer>[]
}

interface PurposeKeys {
  id: string
  sealing: CryptoKey
  signing: CryptoKey
}

/** 96 bits, as AES-GCM takes them: https://nvlpubs.nist.gov/nistpubs/Legacy/SP/nistspecialpublication800-38d.pdf */
const NONCE_BYTES = 12

export function createInstanceKeys({ subtle, randomBytes, equal, masters }: InstanceKeysDeps): InstanceKeys {
  if (masters.length === 0) throw new TypeError("An instance needs a master key.")
  const known = new Map<string, Promise<PurposeKeys[]>>()

  /** Derived once a purpose. Purposes are names in our own code, and few. */
  function keysFor(purpose: string): Promise<PurposeKeys[]> {
    let keys = known.get(purpose)
    if (!keys) {
      keys = Promise.all(masters.map((master) => deriveKeys(subtle, { master, purpose })))
      known.set(purpose, keys)
    }
    return keys
  }

  async function firstFor(purpose: string): Promise<PurposeKeys> {
    const [first] = await keysFor(purpose)
    if (!first) throw new TypeError("An instance needs a master key.")
    return first
  }

  const sign = async ({ signing }: PurposeKeys, text: string) =>
    toBase64Url(new Uint8Array(await subtle.sign("HMAC", signing, new TextEncoder().encode(text))))

  const macs = async (purpose: string, text: string) =>
    Promise.all((await keysFor(purpose)).map((key) => sign(key, text)))

  return {
    async seal(purpose, text) {
      const { id, sealing } = await firstFor(purpose)
      const iv = randomBytes(NONCE_BYTES)
      const content = new TextEncoder().encode(text)
      const sealed = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, sealing, content))
      return `${id}.${toBase64Url(iv)}.${toBase64Url(sealed)}`
    },

    async open(purpose, sealed) {
      const [id, ...rest] = sealed.split(".")
      const [iv, content] = rest.map(fromBase64Url)
      const key = (await keysFor(purpose)).find((candidate) => candidate.id === id)
      if (!key || rest.length !== 2 || iv?.length !== NONCE_BYTES || !content) return undefined
      try {
        const opened = await subtle.decrypt({ name: "AES-GCM", iv }, key.sealing, content)
        return new TextDecoder().decode(opened)
      } catch {
        return undefined
      }
    },

    async mac(purpose, text) {
      return sign(await firstFor(purpose), text)
    },

    macs,

    async checkMac(purpose, text, mac) {
      let matches = false
      for (const each of await macs(purpose, text)) matches = equal(each, mac) || matches
      return matches
    },
  }
}

/** https://www.rfc-editor.org/rfc/rfc5869 */
async function deriveKeys(
  subtle: KeyCrypto,
  { master, purpose }: { master: Uint8Array<ArrayBuffer>; purpose: string },
): Promise<PurposeKeys> {
  const base = await subtle.importKey("raw", master, "HKDF", false, ["deriveBits"])
  const derive = (use: string, bits: number) => {
    const info = new TextEncoder().encode(`Better Share instance 1\n${use}\n${purpose}`)
    return subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info }, base, bits)
  }
  const [id, sealing, signing] = await Promise.all([
    derive("id", 64),
    derive("seal", 256),
    derive("mac", 256),
  ])
  return {
    id: toBase64Url(new Uint8Array(id)),
    sealing: await subtle.importKey("raw", sealing, "AES-GCM", false, ["encrypt", "decrypt"]),
    signing: await subtle.importKey("raw", signing, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]),
  }
}
