// The core's code in one file: each file of a package is one more to find and read at every cold start.
import { isAbsolute, join } from 'node:path'
import { defineConfig } from 'rolldown'

export default defineConfig({
  input: join(import.meta.dirname, 'src/index.ts'),
  // Libraries stay packages of their own, so that a fix of theirs is one update.
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  platform: 'node',
  // The sources are in the map.
  output: { file: join(import.meta.dirname, 'dist/index.js'), sourcemap: true },
})
