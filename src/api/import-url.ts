import { joinCapability } from "../protocol/capability.ts"
import type { ActiveShare } from "../shares/active.ts"
import { shareHref } from "../viewer/frame.ts"
import type { ApiDeps } from "./context.ts"

/** What `opencode import` takes for a share: it can show nothing but its address, so that opens what is not open to all. */
export async function importUrlOf(
  { shares, config }: Pick<ApiDeps, "shares" | "config">,
  share: ActiveShare,
): Promise<string> {
  const name = config.lock
    ? joinCapability(share.id, await shares.capabilityOf(share))
    : await shares.openName(share)
  return `${config.baseUrl}${shareHref(name)}`
}
