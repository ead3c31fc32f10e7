import { createInProcessNotifier } from "../../src/storage/notifier/in-process.ts"
import { notifierContract } from "./notifier.ts"

notifierContract("in process", async () => createInProcessNotifier(), { shared: false })
