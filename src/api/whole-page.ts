import type { Coding, Encode } from "./content-coding.ts"

/** A rendered page in memory, and the forms that it has been sent in. */
export interface WholePage {
  /** Strong: stands for the very bytes of the form. */
  tag(coding: Coding): string
  /** Compressed when it is asked for the first time. */
  form(coding: Coding): PageForm | Promise<PageForm>
  /** What all of it takes. Bytes. */
  size(): number
}

export interface PageForm {
  body: Uint8Array<ArrayBuffer>
  /** What tells this form from others. Made once, as there may be thousands of answers a second. */
  headers: Readonly<Record<string, string>>
}

export interface WholePageOptions {
  encode: Encode
  /** Of the page's content; goes into its tags. */
  hash(text: string): string
  /** What every form's headers begin with. */
  headers: Readonly<Record<string, string>>
  /** Called when another form has been added. */
  onGrow(): void
}

/** So many characters of a hash tell it from any other. */
const TAG_LENGTH = 22

export function createWholePage(
  html: string,
  { encode, hash, headers, onGrow }: WholePageOptions,
): WholePage {
  const name = hash(html).slice(0, TAG_LENGTH)
  const plain = describe("identity", new TextEncoder().encode(html))
  const forms = new Map<Coding, PageForm>([["identity", plain]])
  const making = new Map<Coding, Promise<PageForm>>()

  function tag(coding: Coding): string {
    return `"${name}-${coding}"`
  }

  function describe(coding: Coding, body: Uint8Array<ArrayBuffer>): PageForm {
    const encoding = coding === "identity" ? {} : { "content-encoding": coding }
    const length = String(body.byteLength)
    return { body, headers: { ...headers, etag: tag(coding), "content-length": length, ...encoding } }
  }

  async function make(coding: Exclude<Coding, "identity">): Promise<PageForm> {
    const form = describe(coding, await encode(plain.body, coding))
    forms.set(coding, form)
    onGrow()
    return form
  }

  return {
    tag,
    form(coding) {
      const known = forms.get(coding) ?? making.get(coding)
      if (known || coding === "identity") return known ?? plain
      const made = make(coding).finally(() => making.delete(coding))
      making.set(coding, made)
      return made
    },
    size() {
      let bytes = 0
      for (const { body } of forms.values()) bytes += body.byteLength
      return bytes
    },
  }
}
