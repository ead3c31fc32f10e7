import type { AddressPolicy } from "../trust/audit.ts"
import { readMasterKeys } from "../trust/master-keys.ts"
import type { WebhookSettings } from "../trust/webhook.ts"
import { type Environment, isSet, readSwitch, type Variable } from "./variable.ts"

export interface TrustSettings {
  /** The instance's master keys, the newest first; empty: one is made. */
  instanceKeys: Uint8Array<ArrayBuffer>[]
  auditAddresses: AddressPolicy
  /** Whether entries of the audit are printed as well. */
  auditStdout: boolean
  /** Where entries are sent; undefined: nowhere. */
  webhook: WebhookSettings | undefined
  /** Whether anybody may create at all. */
  create: boolean
  /** Whether OpenCode may create without the plugin. */
  nativeDoor: boolean
}

const ADDRESS_POLICIES: readonly AddressPolicy[] = ["full", "truncated", "hashed"]

export const TRUST_VARIABLES = {
  CREATE: {
    about: "Whether shares can be created: on, or off for a server that only keeps and shows what it has.",
    fallback: "on",
    parse: readSwitch,
  },
  NATIVE_DOOR: {
    about:
      "Whether OpenCode may create shares without the plugin, neither redacted nor encrypted: on, or off to ask for the plugin.",
    fallback: "on",
    parse: readSwitch,
  },
  INSTANCE_KEY: {
    about:
      "The instance's own key, 32 bytes in base64url or hex; to replace it, put a new one and a comma in front. Default: one that is made, in DATA_DIR or else in the database.",
    fallback: "",
    parse: readMasterKeys,
  },
  AUDIT_ADDRESS: {
    about: "How much of addresses the audit keeps: full, truncated (to /24, IPv6 to /48) or hashed.",
    fallback: "truncated",
    parse: readAddressPolicy,
  },
  AUDIT_STDOUT: {
    about: "Whether what is recorded in the audit is printed as well, a line of JSON each: on or off.",
    fallback: "off",
    parse: readSwitch,
  },
  AUDIT_WEBHOOK_URL: {
    about: "An address that what is recorded in the audit is sent to, such as https://example.com/audit.",
    fallback: "",
    parse: readWebhookUrl,
  },
  AUDIT_WEBHOOK_SECRET: {
    about: "What signs it there: 16 characters or more, that both sides know.",
    fallback: "",
    parse: readWebhookSecret,
  },
} as const satisfies Record<string, Variable<unknown>>

const WEBHOOK = ["AUDIT_WEBHOOK_URL", "AUDIT_WEBHOOK_SECRET"]

/** Whoever gets what is not signed cannot know who sent it. */
export function halfSetWebhook(env: Environment): string[] {
  const missing = WEBHOOK.filter((name) => !isSet(env, name))
  if (missing.length !== 1) return []
  return missing.map((name) => `${name}: missing, while ${WEBHOOK.find((other) => other !== name)} is set.`)
}

function readAddressPolicy(text: string): AddressPolicy {
  const policy = ADDRESS_POLICIES.find((known) => known === text)
  if (!policy) throw new Error(`must be one of ${ADDRESS_POLICIES.join(", ")}, not ${JSON.stringify(text)}.`)
  return policy
}

/** Never quoted: such addresses often hold a token. */
function readWebhookUrl(text: string): string | undefined {
  if (text === "") return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !["http:", "https:"].includes(url.protocol) || url.username || url.password || url.hash) {
    throw new Error("must be an address such as https://example.com/audit, without user name or fragment.")
  }
  return url.href
}

function readWebhookSecret(text: string): string | undefined {
  if (text === "") return undefined
  if (text.length < 16) throw new Error("must be 16 characters or more (try `openssl rand -hex 24`).")
  return text
}
