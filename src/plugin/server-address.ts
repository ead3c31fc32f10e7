export interface ServerAddress {
  /** Without a slash at the end. */
  url: string
  /** The one that stood in the address, as OpenCode itself is given it: `https://share.example.com/t/<token>`. */
  token: string | undefined
}

/**
 * A server's address as people write it.
 * @param named what it is called in a fault, such as `its url`
 */
export function readServerAddress(address: string, named: string): ServerAddress | { fault: string } {
  const [, url = address, token] = /^(https?:\/\/[^/]+)\/t\/([^/]+)\/?$/.exec(address) ?? []
  const fault = faultOf(url, named)
  return fault === undefined ? { url: url.replace(/\/+$/, ""), token } : { fault }
}

function faultOf(url: string, named: string): string | undefined {
  if (!URL.canParse(url) || !/:\/\//.test(url))
    return `${named} ${JSON.stringify(url)} is no URL: write it with https:// or http://`
  const { protocol, search, hash, username, pathname } = new URL(url)
  if (protocol !== "https:" && protocol !== "http:") return `${named} must begin with https:// or http://`
  if (search || hash || username) return `${named} must be an address and nothing more`
  if (pathname !== "/") return `${named} has a path, ${pathname}: the server has none`
  return undefined
}

/** Whether two addresses are of one server, however each is written. */
export function isSameServer(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin
}
