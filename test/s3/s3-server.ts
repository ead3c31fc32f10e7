/** An S3 server that tests may use, and the empty bucket in it. */
export interface S3Server {
  /** Without a slash at the end. */
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly accessKeyID: string
  readonly secretAccessKey: string
  close(): Promise<void>
}
