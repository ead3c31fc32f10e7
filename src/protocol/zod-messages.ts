import { config } from "zod/mini"
import en from "zod/v4/locales/en.js"

// The mini build says "Invalid input" of everything; with this it says what it expected. Imported for its effect.
config(en())
