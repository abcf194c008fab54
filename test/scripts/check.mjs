// Runs every `check:…` script of package.json, in its order, and names those that fail.
import { manifest, run } from './run.mjs'

const failed = []
for (const [name, command] of Object.entries(manifest.scripts)) {
  if (!name.startsWith('check:')) continue
  const startMs = Date.now()
  const { status, output } = await run(command, { quiet: true })
  const seconds = ((Date.now() - startMs) / 1000).toFixed(1)
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
  if (status === 0) continue
  failed.push(name)
  console.log(output)
  // What does not build fails everywhere, and the rest would only repeat it.
  if (name === 'check:build') break
}

if (failed.length > 0) {
  console.log(`Failed: ${failed.join(', ')}. Each runs alone with \`npm run <name>\`.`)
  process.exitCode = 1
}
