import type { ThemeName } from "./names.ts"

/** What a palette is given as, in the order of its row: OpenCode's names for them. */
const COLUMNS = [
  "background",
  "backgroundPanel",
  "backgroundElement",
  "text",
  "textMuted",
  "borderSubtle",
  "border",
  "primary",
  "error",
  "success",
  "diffAddedBg",
  "diffRemovedBg",
  "syntaxComment",
  "syntaxKeyword",
  "syntaxFunction",
  "syntaxString",
  "syntaxNumber",
  "syntaxType",
] as const

export type Palette = Readonly<Record<(typeof COLUMNS)[number], string>>
export type Scheme = "light" | "dark"

export function paletteOf(theme: ThemeName, scheme: Scheme): Palette {
  const row = ROWS[theme][scheme].split(" ")
  return Object.fromEntries(COLUMNS.map((name, at) => [name, `#${row[at]}`])) as Palette
}

/**
 * The colours of OpenCode's own themes, as OpenCode 1.18.33 brings them; what is translucent there is laid over its
 * background here. Left out are those that have one look for both schemes (aura, ayu, catppuccin-frappe,
 * catppuccin-macchiato, nightowl) and one without a background (lucent-orng).
 */
const ROWS: Readonly<Record<ThemeName, Readonly<Record<Scheme, string>>>> = {
  carbonfox: {
    dark: "161616 1a1a1a 1e1e1e f2f4f8 7d848f 262626 303030 33b1ff ee5396 25be6a 0f2418 2a1216 7d848f be95ff 8cb6ff 25be6a 3ddbd9 08bdba",
    light:
      "ffffff f4f4f4 f4f4f4 161616 6f6f6f e8e8e8 dcdcdc 0043ce 9f1853 198038 defbe6 fff1f1 6f6f6f 6929c4 0043ce 198038 007d79 007d79",
  },
  catppuccin: {
    dark: "1e1e2e 181825 11111b cdd6f4 9399b2 585b70 313244 89b4fa f38ba8 a6e3a1 24312b 3c2a32 9399b2 cba6f7 89b4fa a6e3a1 fab387 f9e2af",
    light:
      "eff1f5 e6e9ef dce0e8 4c4f69 7c7f93 acb0be ccd0da 1e66f5 d20f39 40a02b d6f0d9 f6dfe2 7c7f93 8839ef 1e66f5 40a02b fe640b df8e1d",
  },
  cobalt2: {
    dark: "193549 122738 1f4662 ffffff adb7c9 0e1e2e 1f4662 0088ff ff0088 9eff80 1a3a2a 3a1a2a 0088ff ff9d00 ffc600 9eff80 ff628c 2affdf",
    light:
      "ffffff f5f7fa e8ecf1 193549 5c6b7d e8ecf1 d3dae3 0066cc e91e63 4caf50 e8f5e9 ffebee 5c6b7d ff5722 ff9800 4caf50 e91e63 00acc1",
  },
  cursor: {
    dark: "181818 141414 262626 e4e4e4 636363 0f0f0f 272727 88c0d0 e34671 3fa266 203428 381322 636363 82d2ce efb080 e394dc f8c762 efb080",
    light:
      "fcfcfc f3f3f3 ededed 141414 5f5f5f e0e0e0 ebebeb 6f9ba6 cf2d56 1f8a65 e1eeea f8ecef 5f5f5f b3003f db704b 9e94d5 b8448b 206595",
  },
  dracula: {
    dark: "282a36 21222c 44475a f8f8f2 6272a4 191a21 44475a bd93f9 ff5555 50fa7b 1a3a1a 3a1a1a 6272a4 ff79c6 50fa7b f1fa8c bd93f9 8be9fd",
    light:
      "f8f8f2 e8e8e2 d8d8d2 282a36 6272a4 e0e0e0 c8c8c2 bd93f9 ff5555 50fa7b e0ffe0 ffe0e0 6272a4 ff79c6 50fa7b f1fa8c bd93f9 8be9fd",
  },
  everforest: {
    dark: "2d353b 333c43 343f44 d3c6aa 7a8478 7a8478 859289 a7c080 e67e80 a7c080 20303b 37222c 7a8478 d699b6 a7c080 a7c080 e69875 dbbc7f",
    light:
      "fdf6e3 efebd4 f4f0d9 5c6a72 a6b0a0 a6b0a0 939f91 8da101 f85552 8da101 d5e5d5 f7d8db a6b0a0 df69ba 8da101 8da101 f57d26 dfa000",
  },
  flexoki: {
    dark: "100f0f 1c1b1a 282726 cecdc3 6f6e69 403e3c 575653 da702c d14d41 879a39 1a2d1a 2d1a1a 6f6e69 879a39 da702c 3aa99f 8b7ec8 d0a215",
    light:
      "fffcf0 f2f0e5 e6e4d9 100f0f 6f6e69 cecdc3 b7b5ac 205ea6 af3029 66800b d5e5d5 f7d8db 6f6e69 66800b bc5215 24837b 5e409d ad8301",
  },
  github: {
    dark: "0d1117 010409 161b22 c9d1d9 8b949e 21262d 30363d 58a6ff f85149 3fb950 033a16 67060c 8b949e ff7b72 bc8cff 39c5cf 58a6ff d29922",
    light:
      "ffffff f6f8fa f0f3f6 24292f 57606a d8dee4 d0d7de 0969da cf222e 1a7f37 dafbe1 ffebe9 57606a cf222e 8250df 0969da 1b7c83 bc4c00",
  },
  gruvbox: {
    dark: "282828 3c3836 504945 ebdbb2 928374 504945 665c54 83a598 fb4934 b8bb26 32302f 322929 928374 fb4934 b8bb26 fabd2f d3869b 8ec07c",
    light:
      "fbf1c7 ebdbb2 d5c4a1 3c3836 7c6f64 d5c4a1 bdae93 076678 9d0006 79740e dcd8a4 e2c7c3 7c6f64 9d0006 79740e b57614 8f3f71 427b58",
  },
  kanagawa: {
    dark: "1f1f28 2a2a37 363646 dcd7ba 727169 363646 54546d 7e9cd8 e82424 98bb6c 252e25 362020 727169 957fb8 7e9cd8 98bb6c d7a657 c38d9d",
    light:
      "f2e9de eae4d7 e3dcd2 54433a 9e9389 dcd4c9 d4cbbf 2d4f67 e82424 98bb6c eaf3e4 fbe6e6 9e9389 957fb8 2d4f67 98bb6c d7a657 c38d9d",
  },
  material: {
    dark: "263238 1e272c 37474f eeffff 546e7a 1e272c 37474f 82aaff f07178 c3e88d 2e3c2b 3c2b2b 546e7a c792ea 82aaff c3e88d ffcb6b ffcb6b",
    light:
      "fafafa f5f5f5 e7e7e8 263238 90a4ae eeeeee e0e0e0 6182b8 e53935 91b859 e8f5e9 ffebee 90a4ae 7c4dff 6182b8 91b859 f4511e ffb300",
  },
  matrix: {
    dark: "0a0e0a 0e130d 141c12 62ff94 8ca391 141c12 1e2a1b 2eff6a ff4b4b 62ff94 132616 261212 8ca391 c770ff 30b3ff 1cc24b ffa83d e6ff57",
    light:
      "eef3ea e4ebe1 dae1d7 203022 748476 dae1d7 748476 1cc24b ff4b4b 1cc24b e0efde f9e5e5 748476 c770ff 30b3ff 1cc24b ffa83d e6ff57",
  },
  mercury: {
    dark: "171721 10101a 272735 dddde5 9d9da8 23242e 2a2a35 8da4f5 fc92b4 77c599 2a3a39 45303e 9d9da8 8da4f5 8da4f5 77c599 fc9b6f 77becf",
    light:
      "ffffff fbfcfd f4f5f9 363644 70707d f7f7f9 f0f1f4 5266eb b0175f 036e43 e7f3ee faeaf1 70707d 465bd1 5266eb 036e43 a44200 007f95",
  },
  monokai: {
    dark: "272822 1e1f1c 3e3d32 f8f8f2 75715e 1e1f1c 3e3d32 66d9ef f92672 a6e22e 1a3a1a 3a1a1a 75715e f92672 a6e22e e6db74 ae81ff 66d9ef",
    light:
      "fafafa f0f0f0 e0e0e0 272822 75715e e8e8e8 d0d0d0 66d9ef f92672 a6e22e e0ffe0 ffe0e0 75715e f92672 a6e22e fd971f ae81ff 66d9ef",
  },
  nord: {
    dark: "2e3440 3b4252 434c5e eceff4 8b95a7 434c5e 434c5e 88c0d0 bf616a a3be8c 3b4252 3b4252 8b95a7 81a1c1 88c0d0 a3be8c b48ead 8fbcbb",
    light:
      "eceff4 e5e9f0 d8dee9 2e3440 3b4252 4c566a 4c566a 5e81ac bf616a a3be8c e5e9f0 e5e9f0 4c566a 81a1c1 88c0d0 a3be8c b48ead 8fbcbb",
  },
  "one-dark": {
    dark: "282c34 21252b 353b45 abb2bf 5c6370 2c313a 393f4a 61afef e06c75 98c379 2c382b 3a2d2f 5c6370 c678dd 61afef 98c379 d19a66 e5c07b",
    light:
      "fafafa f0f0f1 eaeaeb 383a42 a0a1a7 e0e0e1 d1d1d2 4078f2 e45649 50a14f eafbe9 fce9e8 a0a1a7 a626a4 4078f2 50a14f 986801 c18401",
  },
  opencode: {
    dark: "0a0a0a 141414 1e1e1e eeeeee 808080 3c3c3c 484848 fab283 e06c75 7fd88f 20303b 37222c 808080 9d7cd8 fab283 7fd88f f5a742 e5c07b",
    light:
      "ffffff fafafa f5f5f5 1a1a1a 8a8a8a d4d4d4 b8b8b8 3b7dd8 d1383d 3d9a57 d5e5d5 f7d8db 8a8a8a d68c27 3b7dd8 3d9a57 d68c27 b0851f",
  },
  orng: {
    dark: "0a0a0a 141414 1e1e1e eeeeee 808080 3c3c3c ec5b2b ec5b2b e06c75 6ba1e6 1a2a3d 37222c 808080 ec5b2b ee7948 6ba1e6 fff7f1 e5c07b",
    light:
      "ffffff fff7f1 f5f0eb 1a1a1a 8a8a8a d4d4d4 ec5b2b ec5b2b d1383d 0062d1 e0edfa f7d8db 8a8a8a ec5b2b c94d24 0062d1 ec5b2b b0851f",
  },
  "osaka-jade": {
    dark: "111c18 1a2520 23372b c1c497 53685b 23372b 3d4a44 2dd5b7 ff5345 549e6a 15241c 241515 53685b 2dd5b7 509475 63b07a d2689c 549e6a",
    light:
      "f6f5dd e8e7cc d5d4b8 111c18 53685b d5d4b8 a8a78c 1faa90 c7392d 3d7a52 e0eee5 eee0e0 53685b 1faa90 3d7560 3d7a52 a8527a 3d7a52",
  },
  palenight: {
    dark: "292d3e 1e2132 32364a a6accd 676e95 1e2132 32364a 82aaff f07178 c3e88d 2e3c2b 3c2b2b 676e95 c792ea 82aaff c3e88d f78c6c ffcb6b",
    light:
      "fafafa f5f5f5 e7e7e8 292d3e 8796b0 eeeeee e0e0e0 4976eb e53935 91b859 e8f5e9 ffebee 8796b0 a854f2 4976eb 91b859 f4511e ffb300",
  },
  rosepine: {
    dark: "191724 1f1d2e 26233a e0def4 6e6a86 21202e 403d52 9ccfd8 eb6f92 31748f 1f2d3a 3a1f2d 6e6a86 31748f ebbcba f6c177 c4a7e7 9ccfd8",
    light:
      "faf4ed fffaf3 f2e9e1 575279 9893a5 f4ede8 dfdad9 31748f b4637a 286983 e5f2f3 fce5e8 9893a5 286983 d7827e ea9d34 907aa9 56949f",
  },
  solarized: {
    dark: "002b36 073642 073642 839496 586e75 073642 073642 268bd2 dc322f 859900 073642 073642 586e75 859900 268bd2 2aa198 d33682 b58900",
    light:
      "fdf6e3 eee8d5 eee8d5 657b83 93a1a1 eee8d5 eee8d5 268bd2 dc322f 859900 eee8d5 eee8d5 93a1a1 859900 268bd2 2aa198 d33682 b58900",
  },
  synthwave84: {
    dark: "262335 1e1a29 2a2139 ffffff 848bbd 241b2f 495495 36f9f6 fe4450 72f1b8 1a3a2a 3a1a2a 848bbd ff7edb ff8b39 fede5d b084eb 36f9f6",
    light:
      "fafafa f5f5f5 eeeeee 262335 5c5c8a f0f0f0 e0e0e0 00bcd4 f44336 4caf50 e8f5e9 ffebee 5c5c8a e91e63 ff5722 ff9800 9c27b0 00bcd4",
  },
  tokyonight: {
    dark: "1a1b26 1e2030 222436 c8d3f5 828bb8 545c7e 737aa2 82aaff ff757f c3e88d 20303b 37222c 828bb8 c099ff 82aaff c3e88d ff966c ffc777",
    light:
      "e1e2e7 d5d6db c8c9ce 3760bf 8990a3 9699a8 737a8c 2e7de9 f52a65 587539 d5e5d5 f7d8db 8990a3 9854f1 2e7de9 587539 b15c00 8c6c3e",
  },
  vercel: {
    dark: "000000 1a1a1a 292929 ededed 878787 1a1a1a 1f1f1f 0070f3 e5484d 46a758 0b1d0f 2a1314 878787 f75590 bf7af0 63c46d f2a700 0ac7ac",
    light:
      "ffffff fafafa eaeaea 171717 666666 eaeaea eaeaea 0070f3 dc3545 388e3c e6f9e9 fdeced 888888 e93d82 8e4ec6 46a758 ffb224 12a594",
  },
  vesper: {
    dark: "101010 101010 101010 ffffff a0a0a0 1c1c1c 282828 ffc799 ff8080 99ffe4 0d2818 281a1a 8b8b8b a0a0a0 ffc799 99ffe4 ffc799 ffc799",
    light:
      "ffffff f0f0f0 e0e0e0 101010 a0a0a0 e8e8e8 d0d0d0 ffc799 ff8080 99ffe4 e8f5e8 f5e8e8 8b8b8b a0a0a0 ffc799 99ffe4 ffc799 ffc799",
  },
  zenburn: {
    dark: "3f3f3f 4f4f4f 5f5f5f dcdccc 9f9f9f 4f4f4f 5f5f5f 8cd0d3 cc9393 7f9f7f 4f5f4f 5f4f4f 7f9f7f f0dfaf 8cd0d3 cc9393 8fb28f 93e0e3",
    light:
      "ffffef f5f5e5 ebebdb 3f3f3f 6f6f6f e0e0d0 d0d0c0 5f7f8f 8f5f5f 5f8f5f efffef ffefef 5f7f5f 8f8f5f 5f7f8f 8f5f5f 5f8f5f 5f8f8f",
  },
}
