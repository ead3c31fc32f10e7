import type { Visibility } from "../../protocol/visibility.ts"

/** How people are told who may see a share. */
export const VISIBILITY_WORDS: Readonly<Record<Visibility, { name: string; about: string }>> = {
  unlisted: { name: "Unlisted", about: "Whoever has the link" },
  public: { name: "Public", about: "Everybody: it may be listed, and found by search engines" },
  password: { name: "Password", about: "Whoever has the link and the password" },
  private: { name: "Private", about: "Only you, and whoever runs this server" },
}
