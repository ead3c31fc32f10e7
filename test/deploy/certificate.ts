import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { runCommand } from "../provision/command.ts"
import { provideProgram } from "../provision/program.ts"

export interface Certificate {
  /** Paths. */
  cert: string
  key: string
  /** The certificate, for those who are to trust it. */
  pem: string
}

/** A self-signed certificate for some names, in `folder`. */
export async function makeCertificate(folder: string, names: readonly string[]): Promise<Certificate> {
  const cert = join(folder, "cert.pem")
  const key = join(folder, "key.pem")
  const made = await runCommand(
    await provideProgram("openssl"),
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...[
        "-days",
        "2",
        "-subj",
        `/CN=${names[0]}`,
        "-addext",
        `subjectAltName=${names.map((name) => `DNS:${name}`).join()}`,
      ],
      ...["-keyout", key, "-out", cert],
    ],
    { timeout: 30_000 },
  )
  if (!made.ok) throw new Error(made.output)
  return { cert, key, pem: await readFile(cert, "utf8") }
}
