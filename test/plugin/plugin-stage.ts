import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { inject, onTestFinished } from "vitest"
import { KITCHEN_SINK_FILES } from "../opencode/kitchen-sink.ts"
import { createOpenCode, type OpenCode } from "../opencode/opencode.ts"
import { type ScriptedModel, startScriptedModel } from "../opencode/scripted-model.ts"
import { builtPlugin } from "../world.ts"

export interface PluginStageOptions {
  /** The plugin's options; its server stands in them. */
  options: Record<string, unknown>
  /** `enterprise.url` beside it. */
  shareUrl?: string
  /** Merged over opencode.json. */
  config?: Record<string, unknown>
  env?: Record<string, string>
  files?: Record<string, string>
}

export interface PluginStage {
  model: ScriptedModel
  opencode: OpenCode
  /** Where the plugin keeps what it keeps. */
  pluginData: string
  /** Where OpenCode keeps what it keeps. */
  dataHome: string
}

/** A real OpenCode with the built plugin, and a scripted model. Everything is taken down when the test ends. */
export async function setPluginStage(options: PluginStageOptions): Promise<PluginStage> {
  const model = await startScriptedModel()
  onTestFinished(() => model.stop())
  const opencode = await openCodeWithPlugin(model, options)
  const dataHome = join(dirname(opencode.directory), "home/.local/share")
  return { model, opencode, pluginData: join(dataHome, "better-share"), dataHome }
}

/** One more OpenCode with the plugin. */
export async function openCodeWithPlugin(
  model: ScriptedModel,
  { options, config, ...rest }: PluginStageOptions,
): Promise<OpenCode> {
  const opencode = await createOpenCode({
    binary: inject("opencodeBinary"),
    model: model.url,
    files: KITCHEN_SINK_FILES,
    ...rest,
    async config(root) {
      const file = join(root, "plugin/index.js")
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, await builtPlugin())
      return { plugin: [[`file://${file}`, options]], ...config }
    },
  })
  onTestFinished(() => opencode.dispose())
  return opencode
}
