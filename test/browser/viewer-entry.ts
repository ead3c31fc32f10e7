// What a browser gets when it draws a share by itself: the very functions of the server.
export { fold } from "../../src/protocol/fold.ts"
export { outline, renderChanges } from "../../src/viewer/live.ts"
export { renderSharePage } from "../../src/viewer/page.ts"
