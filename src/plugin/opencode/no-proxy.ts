/**
 * `NO_PROXY` with this machine's own addresses in it. With a proxy set, OpenCode's runtime sends even requests for
 * loopback addresses to it, and the bridge's traffic is the session's content.
 */
export function withLoopback(noProxy: string | undefined): string {
  const names = (noProxy ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
  return [...new Set([...names, "127.0.0.1", "localhost", "::1"])].join(",")
}
