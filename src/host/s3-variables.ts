import { type Environment, isSet, readSwitch, type Variable } from "./variable.ts"

/** What names a bucket: all of the first four, or none of them. */
export const S3_VARIABLES = {
  S3_ENDPOINT: {
    about:
      "An S3-compatible object storage, such as https://s3.eu-central-1.amazonaws.com. Default: files in DATA_DIR.",
    fallback: "",
    parse: readEndpoint,
  },
  S3_ACCESS_KEY_ID: {
    about: "The access key that may list, read, write and delete in the bucket.",
    fallback: "",
    parse: readKeyID,
  },
  S3_SECRET_ACCESS_KEY: { about: "Its secret.", fallback: "", parse: (text) => text },
  S3_BUCKET: {
    about: "The bucket, which must exist. Keep it private: everything is read through this server.",
    fallback: "",
    parse: readBucket,
  },
  S3_REGION: {
    about: "The bucket's region, as its provider names it (Cloudflare R2: auto).",
    fallback: "us-east-1",
    parse: readRegion,
  },
  S3_PREFIX: {
    about: "A folder in the bucket for everything of this server, such as better-share.",
    fallback: "",
    parse: readPrefix,
  },
  S3_PATH_STYLE: {
    about:
      "Whether the bucket's name stands in the path of addresses: on, or off when it is a part of the host's.",
    fallback: "on",
    parse: readSwitch,
  },
  S3_PUBLIC_ENDPOINT: {
    about: "Where those who upload reach the storage, when that is not S3_ENDPOINT.",
    fallback: "",
    parse: readEndpoint,
  },
} as const satisfies Record<string, Variable<unknown>>

const S3_REQUIRED = ["S3_ENDPOINT", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY", "S3_BUCKET"]

/** Who sets a part of them means a bucket; sessions that go into files instead would be missed there. */
export function halfSetS3(env: Environment): string[] {
  const set = Object.keys(S3_VARIABLES).filter((name) => isSet(env, name))
  const missing = S3_REQUIRED.filter((name) => !isSet(env, name))
  if (set.length === 0 || missing.length === 0) return []
  return missing.map(
    (name) => `${name}: missing, while ${set.join(", ")} ${set.length > 1 ? "are" : "is"} set.`,
  )
}

function readEndpoint(text: string): string | undefined {
  if (text === "") return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    throw new Error("must be an address such as https://s3.eu-central-1.amazonaws.com.")
  }
  if (url.search || url.hash || url.username || url.password) {
    throw new Error("must be an address without query, fragment, user name or password.")
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`
}

function readKeyID(text: string): string {
  // Not quoted: the two keys are easily exchanged.
  if (!/^[\w.+=@-]*$/.test(text)) throw new Error("must be letters, digits and _ . + = @ - only.")
  return text
}

function readBucket(text: string): string {
  if (!/^[A-Za-z0-9._-]{0,255}$/.test(text)) {
    throw new Error(`must be the bucket's name alone, not ${JSON.stringify(text)}.`)
  }
  return text
}

function readRegion(text: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new Error(`must be a region's name, not ${JSON.stringify(text)}.`)
  return text
}

/** Ends with a slash unless it is empty. */
function readPrefix(text: string): string {
  const folders = text.split("/").filter((folder) => folder !== "")
  if (!folders.every((folder) => /^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(folder) && !folder.includes(".."))) {
    throw new Error(
      `must be folder names of letters, digits, _ . - with / between, not ${JSON.stringify(text)}.`,
    )
  }
  return folders.map((folder) => `${folder}/`).join("")
}
