import { describe, expect, it } from "vitest"
import type { Item } from "../protocol/item.ts"
import { type RedactionOptions, RedactionOptionsError } from "./redactor.ts"
import { redactorWith } from "./test-redactor.ts"

/** Put together here, since scanners of repositories would take them for real. */
const GITHUB = `gh${"p"}_${"Zk40LmW0aB3cD4eF5gH6iJ7kL8mN9oP0qR1s"}`
const NPM = `np${"m"}_${"aB3cD4eF5gH6iJ7kL8mN9oP0qR1sZk40LmW0"}`
const DEPLOY = "q81LmW0-Zk4&tide/7"
const IDS = {
  id: "prt_1fbee4cd0001tqUZddVDUnkVTk",
  messageID: "msg_1fbee44a0001CupyNj5hJtOOvU",
  sessionID: "ses_e0411c22dffeowc7ZskwPiINoM",
}

function part(data: Record<string, unknown>): Item {
  return { type: "part", data: { ...IDS, ...data } }
}

async function redacted(text: string, options: Partial<RedactionOptions> = {}): Promise<string> {
  return (await redactorWith(options).redactText(text)).text
}

describe("placeholders", () => {
  it("are the same for the same secret, numbered by kind, whatever found it", async () => {
    const redactor = redactorWith({})
    const { text } = await redactor.redactText(`a ${GITHUB}\nb ${NPM}\nGITHUB_TOKEN=${GITHUB}`)
    expect(text).toBe(
      "a [redacted:github-token:1]\nb [redacted:npm-token:1]\nGITHUB_TOKEN=[redacted:github-token:1]",
    )
    const second = await redactor.redactText(`${GITHUB.replace("Z", "Y")} ${GITHUB}`)
    expect(second.text).toBe("[redacted:github-token:2] [redacted:github-token:1]")
    expect(second.findings.map(({ kind, placeholder }) => [kind, placeholder])).toEqual([
      ["github-token", "[redacted:github-token:2]"],
      ["github-token", "[redacted:github-token:1]"],
    ])
  })

  it("stay the same after a restart, by a state that holds no secret", async () => {
    const before = redactorWith({})
    await before.redactText(`${NPM} ${GITHUB}`)
    const state = JSON.parse(JSON.stringify(before.state()))
    expect(JSON.stringify(state)).not.toContain(GITHUB.slice(4, 14))
    const after = redactorWith({}, { state })
    expect((await after.redactText(`${NPM.replace("a", "b")} ${NPM}`)).text).toBe(
      "[redacted:npm-token:2] [redacted:npm-token:1]",
    )
    const other = redactorWith({})
    await other.redactText(NPM)
    expect(Object.keys(other.state().labels)[0]).not.toBe(Object.keys(state.labels)[0])
  })

  it("of an earlier redaction stay as they are", async () => {
    const text = `password: [redacted:password:3]\npostgres://app:[redacted:connection-string:1]@db.acme.net/x`
    expect(await redacted(text, { patterns: [{ kind: "long", pattern: "\\[[^\\]]{10,}\\]" }] })).toBe(text)
  })
})

describe("a value found once", () => {
  it("is replaced wherever it stands later, without its context", async () => {
    const redactor = redactorWith({})
    await redactor.redactText('{"password": "Tide-4711-lamp"}')
    const { text } = await redactor.redactText("rm -rf Tide-4711-lamp && echo xTide-4711-lampx")
    expect(text).toBe("rm -rf [redacted:password:1] && echo x[redacted:password:1]x")
  })

  it("is replaced before its context in the same item, too", async () => {
    const state = {
      status: "completed",
      input: { command: "deploy Tide-4711-lamp" },
      output: "password: Tide-4711-lamp",
    }
    const { item } = await redactorWith({}).redact(
      part({ type: "tool", tool: "bash", callID: "call_1", state }),
    )
    expect(item.data).toMatchObject({
      state: {
        input: { command: "deploy [redacted:password:1]" },
        output: "password: [redacted:password:1]",
      },
    })
  })
})

describe("secrets of the environment", () => {
  const options = {
    environment: {
      DEPLOY_SECRET: DEPLOY,
      PORT: "3000",
      QUOTA_KEY: "12345.67",
      SESSION_KEY: "/run/secrets/token",
      TOKEN_PATH: "/run/secrets/token",
      DATABASE_URL: "postgres://app:Kestrel%2F77x@db.acme.net/x",
    },
  }
  it.each([
    ["as it is", `<${DEPLOY}>`],
    ["in JSON inside JSON", JSON.stringify(JSON.stringify({ v: DEPLOY }))],
    ["in a URL", `https://x.test/?v=${encodeURIComponent(DEPLOY)}`],
    [
      "in a URL, small hex digits",
      encodeURIComponent(DEPLOY).toLowerCase().replace("lmw0", "LmW0").replace("zk4", "Zk4"),
    ],
    ["in Base64", Buffer.from(DEPLOY).toString("base64")],
    ["in the Base64 of Basic", `Basic ${Buffer.from(`someone:${DEPLOY}`).toString("base64")}`],
    ["in Base64, one byte further", Buffer.from(`x${DEPLOY}y`).toString("base64url")],
    ["a password of a URL, decoded", "Kestrel/77x"],
  ])("%s", async (_, text) => {
    const result = await redactorWith(options).redactText(text)
    expect(result.findings).toHaveLength(1)
    expect(result.text).not.toContain(text.slice(-8, -2))
  })

  it("are no numbers, paths or words", async () => {
    const text = "listens on 3000, 12345.67, reads /run/secrets/token"
    expect(await redacted(text, options)).toBe(text)
  })
})

describe("paths", () => {
  const options = { home: "/home/mira", user: "mira" }
  it.each([
    ["/home/mira/code/x.ts", "~/code/x.ts"],
    ["cd /home/mira", "cd ~"],
    ["/home/mira2 and /home/mira-old", "/home/mira2 and /home/mira-old"],
    ["file:///home/mira/x", "file://~/x"],
    ["/mnt/backup/mira/x and /Users/mira/y", "/mnt/backup/[user]/x and /Users/[user]/y"],
    ["mira wrote admiral", "mira wrote admiral"],
    ["~/.cache/-home-mira-code", "~/.cache/-home-[user]-code"],
  ])("%s", async (text, expected) => {
    const result = await redactorWith(options).redactText(text)
    expect(result).toEqual({ text: expected, findings: [] })
  })

  it("of Windows, and of a user whose name is a folder's", async () => {
    const windows = { home: "C:\\Users\\Mira", user: "Mira" }
    expect(await redacted('C:\\Users\\Mira\\x "C:\\\\Users\\\\Mira\\\\x" c:/users/mira/x', windows)).toBe(
      '~\\x "~\\\\x" ~/x',
    )
    expect(await redacted("/dev/null /home/dev/x /mnt/home/dev", { home: "/root", user: "dev" })).toBe(
      "/dev/null /home/[user]/x /mnt/home/[user]",
    )
  })
})

describe("an item", () => {
  it("is redacted in every string for people, and keeps its structure", async () => {
    const signature = `${GITHUB}${"A".repeat(200)}`
    const input: Item = part({
      type: "tool",
      tool: "bash",
      callID: GITHUB,
      metadata: { anthropic: { signature }, openai: { reasoningEncryptedContent: signature } },
      state: {
        status: "completed",
        title: `echo ${GITHUB}`,
        input: {
          command: `echo ${GITHUB}`,
          env: { DB_PASSWORD: "hunter2x", "/home/mira/x": 1, [GITHUB]: true },
        },
        output: `{\\"token\\": \\"${NPM}\\"}`,
        metadata: { diff: `+const key = "${GITHUB}"`, sessionId: "ses_1", n: 7, no: null },
        attachments: [
          {
            ...IDS,
            type: "file",
            mime: "text/plain",
            url: `data:text/plain;base64,${Buffer.from(`ü ${GITHUB}`).toString("base64")}`,
          },
        ],
        time: { start: 1, end: 2 },
      },
    })
    const copy = structuredClone(input)
    const { item, findings } = await redactorWith({ home: "/home/mira" }).redact(input)
    expect(input).toEqual(copy)
    expect(item).toEqual(
      part({
        type: "tool",
        tool: "bash",
        callID: GITHUB,
        metadata: { anthropic: { signature }, openai: { reasoningEncryptedContent: signature } },
        state: {
          status: "completed",
          title: "echo [redacted:github-token:1]",
          input: {
            command: "echo [redacted:github-token:1]",
            env: { DB_PASSWORD: "[redacted:password:1]", "~/x": 1, "[redacted:github-token:1]": true },
          },
          output: '{\\"token\\": \\"[redacted:npm-token:1]\\"}',
          metadata: { diff: '+const key = "[redacted:github-token:1]"', sessionId: "ses_1", n: 7, no: null },
          attachments: [
            {
              ...IDS,
              type: "file",
              mime: "text/plain",
              url: `data:text/plain;base64,${Buffer.from("ü [redacted:github-token:1]").toString("base64")}`,
            },
          ],
          time: { start: 1, end: 2 },
        },
      }),
    )
    expect(findings).toContainEqual({
      kind: "github-token",
      place: `part ${IDS.messageID} ${IDS.id} › state.title`,
      placeholder: "[redacted:github-token:1]",
    })
  })

  it("keeps what it is when there is nothing to redact: images, ids, hashes", async () => {
    const image = `data:image/png;base64,${"iVBORw0KGgoAAAANSUhEUg".repeat(50)}`
    const item = part({ type: "file", mime: "image/png", filename: "a.png", url: image })
    expect((await redactorWith({}).redact(item)).item).toEqual(item)
    const step = part({ type: "step-start", snapshot: "9c1f0a7be2d45c1f0a7be2d45c1f0a7be2d45c1f" })
    expect((await redactorWith({}).redact(step)).item).toEqual(step)
  })

  it("with a .env file is redacted in all values, read or written", async () => {
    const output =
      "<path>/srv/app/.env</path>\n<content>\n00001| LOG_LEVEL=debug\n00002| GREETING=Good morning 4 all\n00003| WORD=harbour-4711\n"
    const read = part({
      type: "tool",
      tool: "read",
      callID: "c",
      state: { status: "completed", input: { filePath: "/srv/app/.env" }, output },
    })
    expect((await redactorWith({}).redact(read)).item.data).toMatchObject({
      state: {
        output: output
          .replace("Good morning 4 all", "[redacted:env-file:1]")
          .replace("harbour-4711", "[redacted:env-file:2]"),
      },
    })
    const diff: Item = {
      type: "session_diff",
      data: [{ file: ".env.local", patch: "@@ -1 +1 @@\n+WORD=harbour-4711", status: "added" }],
    }
    expect((await redactorWith({}).redact(diff)).item.data).toMatchObject([
      { patch: "@@ -1 +1 @@\n+WORD=[redacted:env-file:1]" },
    ])
    const example = part({
      type: "tool",
      tool: "read",
      callID: "c",
      state: { status: "completed", input: { filePath: ".env.example" }, output: "WORD=harbour-4711" },
    })
    expect((await redactorWith({}).redact(example)).item).toEqual(example)
  })

  it("that grows is cut where more may come, and nowhere else", async () => {
    const item = part({
      type: "tool",
      tool: "bash",
      callID: "c",
      state: {
        status: "running",
        title: "run it",
        input: { command: "make all" },
        metadata: { output: "one\ntwo thr" },
      },
    })
    const { item: settled } = await redactorWith({}).redact(item, { growing: true })
    expect(settled.data).toMatchObject({
      state: { title: "run it", input: { command: "make all" }, metadata: { output: "one\ntwo " } },
    })
  })
})

describe("options", () => {
  it("own patterns replace what they match, and say which of them is none", async () => {
    const patterns = [{ kind: "ticket", pattern: "ACME-\\d+ of \\w+", flags: "i" }]
    expect(await redacted("see acme-12 of mira.", { patterns })).toBe("see [redacted:ticket:1].")
    const faulty = { patterns: [{ kind: "broken", pattern: "(" }] }
    expect(() => redactorWith(faulty)).toThrow(RedactionOptionsError)
    expect(() => redactorWith(faulty)).toThrow(/broken/)
    expect(() => redactorWith({ patterns: [{ kind: "a:b", pattern: "x" }] })).toThrow(/a:b/)
    expect(() => redactorWith({ allow: ["/(/"] })).toThrow(RedactionOptionsError)
  })

  it("allowed texts and patterns are left", async () => {
    const text = `${GITHUB} ${NPM}`
    expect(await redacted(text, { allow: [GITHUB] })).toBe(`${GITHUB} [redacted:npm-token:1]`)
    expect(await redacted(text, { allow: ["/^NPM_/i"] })).toBe(`[redacted:github-token:1] ${NPM}`)
    expect(
      await redacted("see q81LmW0-Zk4", { environment: { A_SECRET: "q81LmW0-Zk4" }, allow: ["q81LmW0-Zk4"] }),
    ).toBe("see q81LmW0-Zk4")
  })

  it("e-mail addresses, internal hosts and IP addresses go when asked for", async () => {
    const text =
      "mira@acme.net git@github.com https://vault.corp:8200 http://grafana/x http://localhost:1 db.svc.cluster.local 10.1.2.3 127.0.0.1 v1.2.3.4 12:30:45 fd12:3456::1 dead::beef 2001:db8::1"
    expect(await redacted(text)).toBe(text)
    expect(await redacted(text, { emails: true, hosts: true, addresses: true })).toBe(
      "[redacted:email:1] git@github.com https://[redacted:host:1]:8200 http://[redacted:host:2]/x http://localhost:1 [redacted:host:3] [redacted:address:1] 127.0.0.1 v1.2.3.4 12:30:45 [redacted:address:2] dead::beef 2001:db8::1",
    )
  })
})

describe("hostile content", () => {
  it.each([
    ["a lone surrogate", "\uD800 password: Tide-4711-x \uDFFF"],
    ["a data URL that is none", "data:text/plain;base64,%%%é"],
    [
      "a data URL of broken UTF-8",
      `data:text/plain;base64,${Buffer.from([0xff, 0xfe, 0x41]).toString("base64")}`,
    ],
    ["a percent sign in a data URL", "data:text/plain,100%"],
    ["a switch of the library", `secretlint-disable\n${GITHUB}`],
  ])("%s does not stop it", async (_, text) => {
    const { item } = await redactorWith({ environment: { X_TOKEN: "\uD800abcdefgh12" } }).redact(
      part({ type: "text", text }),
    )
    expect(JSON.stringify(item)).not.toMatch(/Tide-4711|Zk40/)
  })

  it("keeps a field called __proto__, and cuts what is deeper than anything is", async () => {
    const data = JSON.parse(`{"__proto__": {"password": "Tide-4711-x"}, "constructor": 1}`)
    let deep: unknown = GITHUB
    for (let level = 0; level < 5_000; level++) deep = level % 2 === 0 ? [deep] : { deep }
    const { item } = await redactorWith({}).redact(
      part({ type: "x", state: { input: data, metadata: { deep } } }),
    )
    const text = JSON.stringify(item)
    expect(text).toContain('"__proto__":{"password":"[redacted:password:1]"}')
    expect(text).toContain("[redacted:depth]")
    expect(text).not.toContain("Zk40")
  })
})
