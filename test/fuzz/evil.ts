import fc from "fast-check"

/** Keys and values that break programs which take data for their own. */
const EVIL_TEXTS = [
  ...["", " ", "\u0000", "\ud83d", "\u202e", "\ufeff", "é", "null", "undefined", "NaN", "-0", "1e999"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "then", "length"],
  ...[
    "..",
    "../../etc/passwd",
    "%00",
    "%",
    "%ff",
    "%2e%2e%2f",
    "a/b",
    "a\\b",
    "a;b",
    "a\r\nx-evil: 1",
    "a\tb",
  ],
  ...["<script>alert(1)</script>", "{{7*7}}", "' or 1=1 --", "$1", "\\u0000", "\u2028"],
]

const longText = fc.integer({ min: 200, max: 20_000 }).map((length) => "x".repeat(length))

export const evilText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...EVIL_TEXTS),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  { arbitrary: longText, weight: 1 },
)

/** Any JSON, keys of prototypes among it. */
export const evilJson: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308),
    evilText,
    fc.integer(),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(fc.constantFrom("id", "data", "type", "secret"), evilText), tie("value")), {
        maxLength: 4,
      })
      .map((entries) => {
        const made: Record<string, unknown> = Object.create(null)
        for (const [key, value] of entries) made[key] = value
        return made
      }),
  ),
})).value
