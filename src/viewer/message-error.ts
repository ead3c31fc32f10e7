import { outputBox } from "./code-box.ts"
import { FOLD } from "./fold-text.ts"
import type { Frame } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { asText, type Fields, filled, num, record } from "./read.ts"

interface ErrorWords {
  title: string
  /** What it means, for readers who were not there. */
  hint?: (data: Fields) => string | undefined
  /** Not a failure: somebody wanted it. */
  quiet?: true
}

/** Every error that OpenCode 1.18 gives to a message, and two names of its past. */
const ERRORS: Readonly<Record<string, ErrorWords>> = {
  APIError: { title: "The provider refused the request", hint: apiHint },
  ContentFilterError: { title: "Stopped by the provider’s content filter" },
  ContextOverflowError: { title: "The conversation outgrew the model’s context" },
  MessageAbortedError: { title: "Stopped by the user", quiet: true },
  MessageOutputLengthError: {
    title: "The answer hit the output limit",
    hint: () => "The model could write no further in one message.",
  },
  ProviderAuthError: {
    title: "The provider did not accept the credentials",
    hint: (data) => filled(data.providerID) && `Provider: ${filled(data.providerID)}`,
  },
  StructuredOutputError: {
    title: "The answer did not fit the requested structure",
    hint: (data) => {
      const retries = num(data.retries)
      return retries === undefined
        ? undefined
        : `Given up after ${retries} ${retries === 1 ? "retry" : "retries"}.`
    },
  },
  UnknownError: { title: "Something went wrong" },
}

/** Why a message ended before its time. Nothing when it did not. */
export function messageError(error: unknown, frame: Frame): Html | undefined {
  if (error === undefined || error === null) return undefined
  const { name, data, message } = record(error)
  const known = filled(name) ?? ""
  const words = Object.hasOwn(ERRORS, known) ? ERRORS[known] : undefined
  const fields = record(data)
  const said = filled(fields.message) ?? filled(message)
  if (words?.quiet) return html`<p class="stopped"><strong>${words.title}</strong></p>`
  const hint = words?.hint?.(fields)
  const response = filled(fields.responseBody)
  return html`<div class="failure"><p><strong>${words?.title ?? (known || "Error")}</strong>${hint && html` <span>${hint}</span>`}</p>${said ? outputBox(said, frame, FOLD.output) : !words && outputBox(asText(error), frame, FOLD.output)}${response && html`<details><summary>What the provider answered</summary>${outputBox(response, frame, FOLD.output)}</details>`}</div>`
}

/** The same in a line, for an error that was got over. */
export function errorLine(error: unknown): string | undefined {
  const { name, data, message } = record(error)
  const known = filled(name) ?? ""
  const words = Object.hasOwn(ERRORS, known) ? ERRORS[known] : undefined
  const fields = record(data)
  const said = (filled(fields.message) ?? filled(message))?.split("\n", 1)[0]?.slice(0, 300)
  return [words?.title ?? known, said, words?.hint?.(fields)].filter(Boolean).join(" · ") || undefined
}

function apiHint(data: Fields): string | undefined {
  const status = num(data.statusCode)
  const retryable = data.isRetryable === true ? "It can be tried again." : undefined
  return [status !== undefined && `HTTP ${status}.`, retryable].filter(Boolean).join(" ") || undefined
}
