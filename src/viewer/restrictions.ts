/** A setting that keeps people from what the rest of the pages tells them to do. */
export interface Restriction {
  setting: string
  /** One sentence, for whoever is kept from it. */
  means: string
}

export interface Restricting {
  create: boolean
  nativeDoor: boolean
  /** A user name and a password are asked for. */
  locked: boolean
}

/** What is off here: for the front page, for whoever starts the server, and for whoever runs it. */
export function restrictionsOf({ create, nativeDoor, locked }: Restricting): Restriction[] {
  const known: (Restriction & { holds: boolean })[] = [
    {
      holds: !create,
      setting: "CREATE=off",
      means: "No new shares can be created here; those that there are stay.",
    },
    {
      holds: !nativeDoor,
      setting: "NATIVE_DOOR=off",
      means: "OpenCode is refused without the plugin, which redacts what it shares.",
    },
    {
      holds: locked,
      setting: "SERVER_PASSWORD",
      means: "Everything here asks for this server’s user name and password.",
    },
  ]
  return known.filter(({ holds }) => holds).map(({ setting, means }) => ({ setting, means }))
}
