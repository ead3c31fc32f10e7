/** What a server counts: values by name and labels, as the text spells them, such as `jobs_total{job="sweep"}`. */
export interface CountedText {
  text: string
  /** 0 for what is not there. Names go without `better_share_`. */
  value(series: string): number
  /** The same of those that are not ours alone, such as `process_cpu_seconds_total`. */
  wholeName(series: string): number
  /** Names and labels of all that is there. */
  series: readonly string[]
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details */
export function readMetricsText(text: string): CountedText {
  const values = new Map<string, number>()
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) continue
    const [, series, value] = /^(\w+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
    if (series === undefined || value === undefined) throw new Error(`not a line of metrics: ${line}`)
    if (values.has(series)) throw new Error(`twice: ${series}`)
    values.set(series, value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value))
  }
  return {
    text,
    value: (series) => values.get(`better_share_${series}`) ?? 0,
    wholeName: (series) => values.get(series) ?? 0,
    series: [...values.keys()],
  }
}

export async function readMetrics(url: string, headers: Record<string, string> = {}): Promise<CountedText> {
  const answer = await fetch(`${url}/metrics`, { headers })
  if (answer.status !== 200) throw new Error(`/metrics: ${answer.status}`)
  return readMetricsText(await answer.text())
}
