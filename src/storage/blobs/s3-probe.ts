import { StorageError } from "../../shares/ports.ts"
import { S3Error } from "./s3-error.ts"
import { readPage } from "./s3-listing.ts"
import type { S3Place, S3Requests } from "./s3-requests.ts"
import { childText, parseXml } from "./xml.ts"

/**
 * Asks the bucket for what every start depends on. Throws an Error whose message tells an operator which variable to
 * look at.
 */
export async function probeBucket(
  requests: S3Requests,
  { prefix, ...place }: S3Place & { prefix: string },
): Promise<void> {
  try {
    const query = { "list-type": "2", "max-keys": "1", prefix }
    await requests.send({ op: "blobs.probe", method: "GET", key: "", query }, async (response) =>
      readPage(await response.text(), "ListBucketResult"),
    )
  } catch (error) {
    throw new Error(explain(error, place), { cause: error })
  }
  if (await keepsVersions(requests)) {
    throw new Error(
      `The bucket ${place.bucket} keeps old versions of objects, so what is deleted would still be there. Turn versioning off (suspend it), or set S3_BUCKET to another bucket.`,
    )
  }
}

/** Servers without versioning, and keys that may not ask, answer with an error: then nothing is known against it. */
async function keepsVersions(requests: S3Requests): Promise<boolean> {
  try {
    const query = { versioning: "" }
    return await requests.send({ op: "blobs.probe", method: "GET", key: "", query }, async (response) => {
      return childText(parseXml(await response.text()), "Status") === "Enabled"
    })
  } catch {
    return false
  }
}

type Explanation = (place: S3Place, message: string) => string

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const EXPLANATIONS: Record<string, Explanation> = {
  NoSuchBucket: ({ bucket, endpoint }) =>
    `There is no bucket ${bucket} at ${endpoint}: create it, or correct S3_BUCKET.`,
  InvalidBucketName: ({ bucket, endpoint }) =>
    `${endpoint} takes no bucket of the name ${bucket}: correct S3_BUCKET.`,
  InvalidAccessKeyId: ({ endpoint }) =>
    `${endpoint} does not know this access key: correct S3_ACCESS_KEY_ID.`,
  SignatureDoesNotMatch: ({ endpoint }) =>
    `${endpoint} refuses the signature: correct S3_SECRET_ACCESS_KEY (or, behind a proxy, let it pass the Host header on).`,
  AccessDenied: ({ bucket }) =>
    `The access key may not list the bucket ${bucket}: allow it to list, read, write and delete there, or correct S3_ACCESS_KEY_ID and S3_BUCKET.`,
  RequestTimeTooSkewed: ({ endpoint }) =>
    `The clocks of this machine and of ${endpoint} are too far apart: correct this machine's.`,
  AuthorizationHeaderMalformed: wrongRegion,
  PermanentRedirect: wrongRegion,
  TemporaryRedirect: wrongRegion,
}

function wrongRegion({ bucket, region }: S3Place, message: string): string {
  return `The bucket ${bucket} is not in the region ${region} of this endpoint: correct S3_REGION or S3_ENDPOINT (${message}).`
}

function explain(error: unknown, place: S3Place): string {
  const cause = error instanceof StorageError ? error.cause : error
  if (!(cause instanceof S3Error)) {
    return `The object storage at ${place.endpoint} cannot be reached (${innermost(cause)}): correct S3_ENDPOINT, or start it first.`
  }
  const known = EXPLANATIONS[cause.code]
  if (known) return known(place, cause.message)
  return `The object storage at ${place.endpoint} refused to list the bucket ${place.bucket} (${cause.message}): check the S3_ variables.`
}

/** `fetch failed` says nothing; its cause says `connect ECONNREFUSED …`. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  return error.cause instanceof Error ? innermost(error.cause) : error.message
}
