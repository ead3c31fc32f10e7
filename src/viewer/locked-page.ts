import { html } from "./html.ts"

/**
 * What a browser shows behind its question for a password when that is given up. It loads nothing, since all that it
 * could load is locked as well, and each refusal would be another question.
 */
export function renderLockedPage({ title, message }: { title: string; message: string }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title} · Better Share</title>
</head>
<body>
<main><h1>${title}</h1><p>${message}</p></main>
</body>
</html>
`.text
}
