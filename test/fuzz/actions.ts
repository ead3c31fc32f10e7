import fc from "fast-check"
import { header, method, path } from "./addresses.ts"
import { evilJson, evilText } from "./evil.ts"
import { item } from "./items.ts"

/** How a body that was right is spoiled on its way. */
export const SPOILS = ["cut", "doubled", "bom", "utf16", "bytes", "nested", "gzip", "proto", "empty"] as const
export type Spoil = (typeof SPOILS)[number]

const which = fc.nat({ max: 5 })
const secretKind = fc.oneof(
  { arbitrary: fc.constant("right" as const), weight: 6 },
  fc.constantFrom("wrong" as const, "delete" as const, "none" as const, "other" as const),
)
export type SecretKind = "right" | "wrong" | "delete" | "none" | "other"

const spoil = fc.oneof({ arbitrary: fc.constant(undefined), weight: 5 }, fc.constantFrom(...SPOILS))
const chunked = fc.oneof({ arbitrary: fc.constant(undefined), weight: 4 }, fc.integer({ min: 1, max: 4096 }))
/** A field of a body that is put in the place of the right one, or beside it. */
const change = fc.oneof(
  { arbitrary: fc.constant(undefined), weight: 3 },
  fc.record({
    field: fc.oneof(
      fc.constantFrom(
        "secret",
        "data",
        "sessionID",
        "sessionId",
        "shareId",
        "tickets",
        "commit",
        "merge",
        "encrypted",
        "owner",
        "deltas",
        "sealed",
        "after",
        "head",
      ),
      evilText,
    ),
    value: evilJson,
  }),
)

const common = {
  share: which,
  secret: secretKind,
  spoil,
  chunked,
  change,
  headers: fc.array(header, { maxLength: 2 }),
}
const items = fc.array(item, { maxLength: 5 })

/** One thing that somebody does to the server. */
export const action = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant("create" as const), ...common }), weight: 1 },
  {
    arbitrary: fc.record({
      do: fc.constant("reserve" as const),
      ...common,
      plain: fc.boolean(),
      encrypted: fc.boolean(),
      ownID: fc.boolean(),
      items,
    }),
    weight: 2,
  },
  { arbitrary: fc.record({ do: fc.constant("sync" as const), ...common, items }), weight: 5 },
  { arbitrary: fc.record({ do: fc.constant("presign" as const), ...common, items }), weight: 3 },
  {
    arbitrary: fc.record({
      do: fc.constant("put" as const),
      ...common,
      body: fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, fc.uint8Array({ maxLength: 200 })),
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constant("commit" as const), ...common }), weight: 3 },
  {
    arbitrary: fc.record({ do: fc.constant("pass" as const), ...common, text: evilText, from: fc.integer() }),
    weight: 1,
  },
  { arbitrary: fc.record({ do: fc.constant("delete" as const), ...common }), weight: 1 },
  {
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      share: which,
      secret: secretKind,
      method,
      path,
      headers: fc.array(header, { maxLength: 4 }),
      body: fc.option(evilJson, { nil: undefined }),
      spoil,
      chunked,
    }),
    weight: 14,
  },
  {
    arbitrary: fc.record({
      do: fc.constant("raw" as const),
      share: which,
      form: fc.nat({ max: 40 }),
      bytes: fc.uint8Array({ maxLength: 60 }),
      at: fc.nat({ max: 400 }),
      text: evilText,
    }),
    weight: 4,
  },
)

export type Action = typeof action extends fc.Arbitrary<infer T> ? T : never
export type Doing<Name extends Action["do"]> = Extract<Action, { do: Name }>
