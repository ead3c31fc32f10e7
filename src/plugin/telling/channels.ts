import { createNotices, type Notices } from "./notices.ts"

/** OpenCode's own ways to its user, as a plugin is given them. */
export interface TellingClient {
  tui: { showToast(request: { body: { title: string; message: string; variant: string } }): Promise<unknown> }
  app: { log(request: { body: { service: string; level: string; message: string } }): Promise<unknown> }
}

/** Commands of OpenCode that leave the terminal to lines. */
const LINE_COMMANDS = new Set(["run", "serve", "web", "acp", "github", "import", "export", "session"])

/** @param command OpenCode's, such as `run`; undefined where it draws on the terminal */
export function openNotices(
  client: TellingClient,
  {
    command,
    stderr,
    now,
  }: { command: string | undefined; stderr: (text: string) => void; now: () => number },
): Notices {
  return createNotices({
    toast: (body) => quietly(() => client.tui.showToast({ body })),
    stderr: LINE_COMMANDS.has(command ?? "") ? (line) => stderr(`${line}\n`) : undefined,
    // OpenCode's log does not say which service a line is from.
    log: (level, text) =>
      quietly(() =>
        client.app.log({ body: { service: "better-share", level, message: `better-share: ${text}` } }),
      ),
    now,
  })
}

/** A client that fails, or has another shape: there is nobody to tell. */
function quietly(work: () => Promise<unknown>): void {
  try {
    work().catch(() => {})
  } catch {
    // As above.
  }
}
