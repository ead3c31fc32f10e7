import { type Html, html } from "../html.ts"

/** What shows that a form was sent from a page of this session. */
export function formTokenField(token: string): Html {
  return html`<input type="hidden" name="form-token" value="${token}">`
}
