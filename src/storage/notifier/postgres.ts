import type { Log, Notifier, ShareNews } from "../../shares/ports.ts"
import { openListenConnection } from "./listen-connection.ts"
import type { Query } from "./listen-session.ts"
import { LIVE_CHANNEL } from "./live-channel.ts"
import { createLiveExchange } from "./live-exchange.ts"
import { encodeNews, NEWS_CHANNEL, readNews } from "./news-channel.ts"
import { createOutbox } from "./outbox.ts"
import { createSubscriptions } from "./subscriptions.ts"

export interface PostgresNotifierOptions {
  /** The database whose LISTEN and NOTIFY the nodes talk by, and whose shares they talk about. */
  url: string
  log: Pick<Log, "info" | "warn">
  /** Milliseconds that never go back. */
  now?: () => number
  /** From 0 up to 1. */
  random?: () => number
}

/**
 * Tells every node on the database, over a connection of its own. Whatever that connection missed while it was
 * broken is read from the shares' rows when it is there again, before it counts as fresh.
 */
export async function openPostgresNotifier({
  url,
  log,
  now = () => performance.now(),
  random = Math.random,
}: PostgresNotifierOptions): Promise<Notifier> {
  const { tell, subscribe, shareIDs, expectAnew } = createSubscriptions()
  let query: Query | undefined
  let broken = false

  const outbox = createOutbox({
    async send(news) {
      return notify(NEWS_CHANNEL, news.map(encodeNews))
    },
  })
  const live = createLiveExchange({ send: (payloads) => notify(LIVE_CHANNEL, payloads), now })

  async function notify(channel: string, payloads: string[]): Promise<boolean> {
    if (!query) return false
    await query("select pg_notify($1, payload) from unnest($2::text[]) as payload", [channel, payloads])
    return true
  }

  async function catchUp(ask: Query): Promise<void> {
    expectAnew()
    const rows = await ask(
      `select share_id as "shareID", revision, state, access from shares where share_id = any($1::text[])`,
      [shareIDs()],
    )
    for (const row of rows) tell(row as unknown as ShareNews)
  }

  const connection = await openListenConnection({
    url,
    channels: {
      [NEWS_CHANNEL](payload) {
        const news = readNews(payload)
        // What this node has published comes back too, and its subscribers know it already.
        if (news) tell(news)
      },
      [LIVE_CHANNEL]: live.onPayload,
    },
    onListening: catchUp,
    onOpen(open) {
      query = open
      if (broken) log.info({}, "news from other nodes arrives again")
      broken = false
      outbox.flush()
      live.begin()
    },
    onLost(err) {
      query = undefined
      broken = true
      log.warn({ err }, "the connection that brings other nodes' news is lost")
    },
    now,
    random,
  })

  return {
    shared: true,
    publish(news) {
      tell(news)
      outbox.add(news)
      outbox.flush()
    },
    subscribe,
    isFresh: connection.isFresh,
    setViewers: live.setViewers,
    viewers: live.viewers,
    pass: live.pass,
    hear: live.hear,
    async close() {
      await outbox.flush()
      await live.end()
      query = undefined
      await connection.close()
    },
  }
}
