import { config } from "zod/mini"
import en from "zod/v4/locales/en.js"

// The mini build has no sentences of its own for what is wrong; this is the one place that gives it some.
config(en())

export * as z from "zod/mini"
