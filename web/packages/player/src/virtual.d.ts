/** Made by the Vite plugin `playerAssets` (vite.js): where libav.js's files are served. */
declare module "virtual:mattebox-libav" {
  export const factoryUrl: string;
  export const wasmUrl: string;
}
