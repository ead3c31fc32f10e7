import { writeFragment } from "../../../encryption/share-key.ts"
import type { Document } from "../../../protocol/document.ts"
import { gatherHits } from "../../search/gather.ts"
import { readQuery } from "../../search/query.ts"
import { searchResults } from "../../search/results.ts"
import { searchDocument } from "../../search/search-document.ts"
import { createPause } from "../pause.ts"
import type { FindResults } from "../search.ts"
import { parseElement } from "../server-html.ts"

/** Searches what this browser has decrypted, as the server searches other shares. */
export function createFind(keyText: string, shown: () => Document | undefined): FindResults {
  return async (typed, signal) => {
    const document = shown()
    if (document === undefined) return undefined
    const query = readQuery(typed)
    const answer = query
      ? {
          query,
          found: await gatherHits(searchDocument(document, query), {
            pause: createPause(),
            isOver: () => signal.aborted,
          }),
        }
      : { query, typed }
    const hrefOf = ({ anchor }: { anchor: string }) => writeFragment({ keyText, target: anchor })
    return parseElement(searchResults({ answer, hrefOf }).text)
  }
}
