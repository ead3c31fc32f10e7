import { copyFile, cp, mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { provideNode24 } from "../test/provision/runtimes.ts"
import { runOrThrow } from "./run-or-throw.ts"

const SUITE = "trixie"
/** Those that the machine trusts, as Debian keeps them. */
const CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
const MIRROR = "http://deb.debian.org/debian"

/** Of which distroless makes `cc`: https://github.com/GoogleContainerTools/distroless/blob/main/cc/README.md */
const BASE_PACKAGES = [
  "base-files",
  "ca-certificates",
  "gcc-14-base",
  "libc6",
  "libgcc-s1",
  "libgomp1",
  "libssl3t64",
  "libstdc++6",
  "libzstd1",
  "media-types",
  "netbase",
  "tzdata",
  "zlib1g",
]

/** What distroless takes away again. */
const LEFT_OUT = ["usr/share/doc", "usr/share/man", "usr/share/locale", "usr/lib/x86_64-linux-gnu/gconv"]

type Buildah = (...args: string[]) => Promise<string>

/**
 * Stand-ins for the two images that the Dockerfile begins with, of the same content and without a registry: Debian with
 * the Node that npm has, and the Debian packages of distroless. Resolves to the names by the Dockerfile's arguments.
 */
export async function makeBases(folder: string, buildah: Buildah): Promise<Record<string, string>> {
  const commit = async (name: string, tree: string, config: string[] = []) => {
    const container = await buildah("from", "scratch")
    await buildah("copy", "--quiet", container, tree, "/")
    if (config.length > 0) await buildah("config", ...config, container)
    await buildah("commit", "--quiet", container, name)
    await buildah("rm", container)
    return `localhost/${name}`
  }
  const debian = await makeDebian(join(folder, "debian"))
  const base = await unpackBase(join(folder, "base"), join(folder, "packages"))
  return {
    NODE_IMAGE: await commit("stand-in-node", debian, ["--env", `NODE_EXTRA_CA_CERTS=/${CERTIFICATES}`]),
    BASE_IMAGE: await commit("stand-in-base", base),
  }
}

async function makeDebian(tree: string): Promise<string> {
  await runOrThrow("debootstrap", ["--variant=minbase", "--include=ca-certificates", SUITE, tree, MIRROR])
  await mkdir(join(tree, "usr/local/lib/node_modules"), { recursive: true })
  await copyFile(await provideNode24(), join(tree, "usr/local/bin/node"))
  const globals = (await runOrThrow("npm", ["root", "--global"])).trim().split("\n").at(-1) ?? ""
  const options = { recursive: true, dereference: true }
  await cp(join(globals, "npm"), join(tree, "usr/local/lib/node_modules/npm"), options)
  await runOrThrow("ln", ["-s", "../lib/node_modules/npm/bin/npm-cli.js", join(tree, "usr/local/bin/npm")])
  // What this machine reaches the npm registry with; a build elsewhere has its own.
  for (const path of ["etc/resolv.conf", "etc/hosts", CERTIFICATES, "root/.npmrc"]) {
    await cp(join("/", path), join(tree, path), { ...options, force: true }).catch(() => {})
  }
  return tree
}

async function unpackBase(tree: string, packages: string): Promise<string> {
  const options = ["--download-only", "--variant=minbase", `--include=${BASE_PACKAGES.join(",")}`]
  await runOrThrow("debootstrap", [...options, SUITE, packages, MIRROR])
  // The folders that a merged /usr makes links of.
  for (const name of ["bin", "lib", "lib64", "sbin"]) {
    await mkdir(join(tree, "usr", name), { recursive: true })
    await runOrThrow("ln", ["-s", `usr/${name}`, join(tree, name)])
  }
  for (const name of ["tmp", "proc", "dev", "etc"]) await mkdir(join(tree, name), { recursive: true })
  const archives = join(packages, "var/cache/apt/archives")
  for (const name of BASE_PACKAGES) {
    await runOrThrow("sh", [
      "-c",
      `dpkg-deb --fsys-tarfile ${archives}/${name}_*.deb | tar -x --keep-directory-symlink -C ${tree}`,
    ])
  }
  for (const path of LEFT_OUT) await rm(join(tree, path), { recursive: true, force: true })
  return tree
}
