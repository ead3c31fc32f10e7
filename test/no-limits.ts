/** What switches every rate limit off: most tests make more of everything than people do. */
export const NO_LIMITS = {
  LIMIT_NEW_SHARES_PER_HOUR: "0",
  LIMIT_CREATE_REQUESTS_PER_MINUTE: "0",
  LIMIT_VIEWS_PER_MINUTE: "0",
  LIMIT_SYNCS_PER_MINUTE: "0",
}
