/** What is started in a laid out folder, with `serve` or another command behind it. */
export const PROGRAM: string
/** Puts what runs, and nothing else, into `folder`: dist/, the few packages that are not bundled, and a package.json. */
export function layOut(folder: string): Promise<void>
