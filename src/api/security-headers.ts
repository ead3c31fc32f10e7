/**
 * Everything in a share is hostile: the page may load its own script and style, talk to its own server, show data
 * images, and nothing else. `frame-ancestors` is what X-Frame-Options was, which browsers ignore beside it
 * (https://www.w3.org/TR/CSP3/#frame-ancestors-and-frame-options). There are no headers that let other origins in.
 */
const SECURITY_HEADERS = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    // The search of a share, without scripts.
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types better-share",
  ].join("; "),
  // What no page here uses, by the names that Chromium knows: it warns of others. Of the clipboard nothing is said: writing is
  // used, and for reading browsers ask.
  "permissions-policy": [
    ...["accelerometer", "autoplay", "camera", "display-capture"],
    ...["encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection"],
    ...["local-fonts", "magnetometer", "microphone", "midi", "payment"],
    ...["publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock", "serial"],
    ...["storage-access", "sync-xhr", "usb", "window-management", "xr-spatial-tracking"],
  ]
    .map((feature) => `${feature}=()`)
    .join(", "),
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
}

/**
 * Two years, as the lists of browsers ask for. Without includeSubDomains: what else stands under this name is not ours,
 * and may have no certificate.
 */
const HSTS = "max-age=63072000"

/** What every answer says, whatever it is. Over plain HTTP, HSTS would not be heeded (RFC 6797, 8.1). */
export function securityHeaders(baseUrl: string): Readonly<Record<string, string>> {
  return baseUrl.startsWith("https:")
    ? { ...SECURITY_HEADERS, "strict-transport-security": HSTS }
    : SECURITY_HEADERS
}
