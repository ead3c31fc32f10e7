import { generateKeyPairSync, randomBytes } from "node:crypto"
import { join } from "node:path"
import type { Script } from "../opencode/script.ts"

/** Made up for one test, and put together here so that no scanner takes this file for a leak. */
export interface PlantedSecrets {
  /** What must not be found anywhere, by where it is planted. */
  values: Record<string, string>
  env: Record<string, string>
  files: Record<string, string>
  prompt: string
  script(places: { directory: string; pageUrl: string }): Script
  page: string
}

const letters = (count: number) => randomBytes(count).toString("hex").slice(0, count)
const mixed = (count: number) =>
  randomBytes(count * 2)
    .toString("base64")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, count)

/** A conversation with a secret in every field that a session has. */
export function plantSecrets(): PlantedSecrets {
  const github = () => ["gh", "p_"].join("") + mixed(36)
  const pem = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  })
  const values = {
    prompt: github(),
    title: github(),
    reasoning: github(),
    text:
      ["AK", "IA"].join("") +
      mixed(16)
        .toUpperCase()
        .replace(/[^A-Z2-7]/g, "Q"),
    command: github(),
    output: [["xo", "xb"].join(""), "1".repeat(11), "2".repeat(12), mixed(24)].join("-"),
    dotenv: letters(32),
    environment: mixed(40),
    written: `Pw-${mixed(20)}`,
    edited: ["gl", "pat-"].join("") + mixed(20),
    todo: github(),
    description: github(),
    subprompt: github(),
    subtext: ["npm", "_"].join("") + mixed(36),
    page: ["SG", mixed(22), mixed(43)].join("."),
    failed: github(),
    privateKey: pem.privateKey.split("\n")[3] ?? "",
  }
  const files = {
    "README.md": "# demo\n",
    ".env": `DB_HOST=localhost\nSESSION_SECRET=${values.dotenv}\n`,
    "key.pem": pem.privateKey,
  }
  return {
    values,
    files,
    env: { DEPLOY_TOKEN: values.environment },
    prompt: `Deploy it with ${values.prompt} please`,
    page: `<h1>Docs</h1><p>Use ${values.page} to send mail</p>`,
    script({ directory, pageUrl }) {
      const at = (path: string) => join(directory, path)
      const call = (tool: string, input: Record<string, unknown>) => ({ tool, input })
      const subprompt = `Check the token ${values.subprompt}`
      return {
        title: `Deploy with ${values.title}`,
        turns: [
          {
            reasoning: `The token is ${values.reasoning}, I must not show it.`,
            text: ["I use the key ", values.text.slice(0, 7), values.text.slice(7), " for it.\n"],
            tools: [
              call("bash", {
                command: `echo "slack ${values.output} env $DEPLOY_TOKEN" # ${values.command}`,
                description: "Say the tokens",
              }),
            ],
          },
          { tools: [call("read", { filePath: at(".env") }), call("read", { filePath: at("key.pem") })] },
          {
            tools: [
              call("write", {
                filePath: at("config.ts"),
                content: `export const db = "postgres://app:${values.written}@db.example.com/app"\nconst t = "old"\n`,
              }),
            ],
          },
          {
            tools: [
              call("edit", {
                filePath: at("config.ts"),
                oldString: '"old"',
                newString: `"${values.edited}"`,
              }),
            ],
          },
          {
            tools: [
              call("todowrite", {
                todos: [{ content: `Rotate ${values.todo}`, status: "pending", priority: "high" }],
              }),
            ],
          },
          { tools: [call("webfetch", { url: pageUrl, format: "markdown" })] },
          {
            tools: [
              call("task", {
                description: `Check ${values.description}`,
                prompt: subprompt,
                subagent_type: "general",
              }),
            ],
          },
          { tools: [call("read", { filePath: at(`${values.failed}.txt`) })] },
          { text: "All done." },
        ],
        conversations: [
          {
            match: subprompt,
            turns: [
              { text: `It is ${values.subtext}.`, tools: [call("read", { filePath: at("README.md") })] },
              { text: "Checked." },
            ],
          },
        ],
      }
    },
  }
}
