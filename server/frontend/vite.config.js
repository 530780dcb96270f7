// Bundles each entry below for the server, which reads the manifest to find the hashed names (http/assets.py).
import { defineConfig } from "vite";

export default defineConfig({
  base: "./", // wherever the files are mounted
  build: {
    outDir: process.env.DELMAAL_DIST ?? "../delmaal/site/static/dist",
    assetsDir: "",
    emptyOutDir: true,
    manifest: "manifest.json",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
    rolldownOptions: { input: ["src/sparql.js"] },
  },
});
