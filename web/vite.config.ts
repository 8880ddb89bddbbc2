// One script and one style sheet with fixed names: the server embeds them and adds its own validators.
import { defineConfig } from "vitest/config";

export default defineConfig({
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    cssCodeSplit: false,
    assetsInlineLimit: 4096,
    modulePreload: false,
    rolldownOptions: {
      input: "src/main.ts",
      // htmx can evaluate strings, which we switch off (see main.ts) and the content policy forbids.
      onLog(level, log, report) {
        if (log.code !== "EVAL") {
          report(level, log);
        }
      },
      output: {
        entryFileNames: "app.js",
        assetFileNames: "app[extname]",
        codeSplitting: false,
      },
    },
  },
  test: { environment: "node", include: ["tests/**/*.test.ts"] },
});
