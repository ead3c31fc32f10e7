import { AwsV4Signer } from "aws4fetch"
import type { Ticket, TicketRequest } from "../../shares/ports.ts"
import { bucketUrl, type S3Place, signingDate } from "./s3-requests.ts"
import { checkTicketRequest } from "./ticket-request.ts"

export interface S3TicketsOptions extends S3Place {
  /** Where the holders of tickets reach the store, when that is elsewhere. */
  publicEndpoint?: string | undefined
  prefix: string
  now(): number
}

/**
 * Presigned URLs: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html. Headers that are signed
 * must arrive as they were signed, which makes them conditions: the server compares the length and the hash with the
 * body, and `If-None-Match: *` makes the address good for one upload.
 */
export function createS3Tickets({ publicEndpoint, prefix, now, ...place }: S3TicketsOptions) {
  return async (request: TicketRequest): Promise<Ticket> => {
    const { key, contentType, exact } = request
    const at = now()
    const { seconds, expiresAt } = checkTicketRequest(request, at)
    const headers: Record<string, string> = { "content-type": contentType }
    if (exact) Object.assign(headers, { "if-none-match": "*", "x-amz-content-sha256": exact.sha256 })
    const endpoint = publicEndpoint ?? place.endpoint
    const { url } = await new AwsV4Signer({
      url: bucketUrl({ ...place, endpoint }, prefix + key, { "X-Amz-Expires": String(seconds) }),
      method: "PUT",
      // The length is left out of the ticket's headers: whoever sends a body declares it by itself.
      headers: exact ? { ...headers, "content-length": String(exact.bytes) } : headers,
      accessKeyId: place.accessKeyID,
      secretAccessKey: place.secretAccessKey,
      service: "s3",
      region: place.region,
      datetime: signingDate(at),
      signQuery: true,
      allHeaders: true,
    }).sign()
    return { method: "PUT", url: url.href, headers, key, expiresAt }
  }
}
