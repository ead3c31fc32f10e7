import { SealError } from "../../../encryption/seal-error.ts"
import { createSealer } from "../../../encryption/sealer.ts"
import { readKeyText, writeFragment } from "../../../encryption/share-key.ts"
import { readChosenRules } from "../../../protocol/chosen-rules.ts"
import { ShareError } from "../../../protocol/errors.ts"
import { type Html, html } from "../../html.ts"
import { redactChoices, redactDone, redactPages } from "../../owner/redact-choices.ts"
import { parseElements } from "../server-html.ts"
import { createMemory, type Memory } from "./memory.ts"
import { NOTICES, noticeOf } from "./notice.ts"
import { Refused, redactShare } from "./redact-share.ts"
import { createSealedShare, Gone, type SealedShare } from "./sealed-share.ts"

/** The page on which the owner of an encrypted share takes something out of it. Nothing else has the key and may write. */
function start(): void {
  const { share, own, token, segments, redact } = document.body.dataset
  if (!share || !own || !token || !segments || !redact) return
  const page: Page = { share, own, token, segments, redact }
  addEventListener("hashchange", () => location.reload())
  const keyText = readKeyText(location.hash)
  if (globalThis.crypto?.subtle === undefined) tell(refusal(NOTICES.insecure.text))
  else if (keyText === undefined) askForKey(page)
  else void open(page, keyText)
}

interface Page {
  share: string
  /** Where the share is managed. */
  own: string
  token: string
  segments: string
  redact: string
}

function askForKey(page: Page): void {
  const form = element<HTMLFormElement>("ask")
  form.hidden = false
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const link = String(new FormData(form).get("link"))
    const keyText = readKeyText(link.slice(link.indexOf("#")))
    if (keyText === undefined) {
      tell(refusal(NOTICES.no_key.text))
      return
    }
    form.hidden = true
    // For a reload, and for the links to other messages. It stays in this browser.
    history.replaceState(null, "", writeFragment({ keyText }))
    void open(page, keyText)
  })
}

async function open(page: Page, keyText: string): Promise<void> {
  const send: typeof fetch = (...request) => fetch(...request)
  tell(html`<p><span class="pulse" aria-hidden="true"></span> Decrypting</p>`)
  try {
    const sealer = await createSealer(page.share, keyText)
    const sealed = createSealedShare({
      sealer,
      segments: page.segments,
      fetch: (url) => fetch(url, { cache: "no-store", credentials: "same-origin" }),
    })
    const share = notRolledBack(sealed, createMemory(page.share, sealer.keyID))
    const draw = async () => drawChoices(page, keyText, (await share.catchUp()).document)
    await draw()
    tell(html``)
    const form = element<HTMLFormElement>("choices")
    form.addEventListener("submit", (event) => {
      event.preventDefault()
      void takeOut(form, async (fields) => {
        const receipt = await redactShare(
          {
            ...{ share, sealer, segments: page.segments, redact: page.redact, fetch: send },
            headers: { "x-form-token": page.token },
            now: Date.now,
            newID: () => crypto.randomUUID(),
          },
          readChosenRules(fields),
        )
        await draw()
        return redactDone(receipt)
      })
    })
  } catch (error) {
    tell(refusal(wordsOf(error)))
  }
}

/** What an older state is sealed anew from would lack what came later, and prove good. */
function notRolledBack({ catchUp }: SealedShare, memory: Memory): SealedShare {
  return {
    async catchUp() {
      const caught = await catchUp()
      const seen = memory.recall()
      if (caught.revision < seen) {
        throw new Refused(
          `The server shows revision ${caught.revision} of this session, and this browser has seen revision ${seen} of it. Nothing is taken out of an old state, as what came later would be lost. Was something rolled back?`,
        )
      }
      memory.remember(caught.revision)
      return caught
    },
  }
}

async function takeOut(
  form: HTMLFormElement,
  work: (fields: Record<string, string>) => Promise<Html>,
): Promise<void> {
  const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]))
  const button = form.querySelector("button")
  if (button) button.disabled = true
  tell(html`<p><span class="pulse" aria-hidden="true"></span> Taking it out, and sealing the rest</p>`)
  try {
    tell(await work(fields))
  } catch (error) {
    tell(refusal(wordsOf(error)))
  } finally {
    if (button) button.disabled = false
    element("outcome").focus()
  }
}

function drawChoices({ own }: Page, keyText: string, shown: Parameters<typeof redactChoices>[0]): void {
  const from = Number(/^\d{1,9}$/.exec(new URLSearchParams(location.search).get("from") ?? "")?.[0] ?? 0)
  const form = element("choices")
  form.replaceChildren(parseElements(redactChoices(shown, from).text))
  form.hidden = false
  const pages = element("pages")
  pages.replaceChildren(parseElements(redactPages(shown, { own, from })?.text ?? ""))
  for (const link of pages.querySelectorAll("a")) link.hash = writeFragment({ keyText })
}

function tell(message: Html): void {
  element("outcome").replaceChildren(parseElements(message.text))
}

function refusal(words: string): Html {
  return html`<p class="refused" role="alert">${words}</p>`
}

function wordsOf(error: unknown): string {
  if (error instanceof SealError) {
    const { text, cause } = noticeOf(error)
    return cause === undefined ? text : `${text} ${cause}`
  }
  if (error instanceof Refused || error instanceof ShareError) return error.message
  if (error instanceof Gone) return "This share has been removed."
  return "The server does not answer. Nothing has been told yet of what became of this: try again, it changes nothing that is done already."
}

function element<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the page has no #${id}`)
  return found as T
}

start()
