import { createRuleBox } from "../src/host/rule-box.ts"

/** One key for all nodes of a test. */
export const ruleBox = createRuleBox(new Uint8Array(32).fill(7))
