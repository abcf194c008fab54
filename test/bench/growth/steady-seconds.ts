import { byExtent } from '../extent.ts'

/** How long the steady load lasts; an hour where `npm run bench -- --hour` says so. */
export const steadySeconds: number =
  Number(process.env['LATCHKEY_BENCH_STEADY_SECONDS'] ?? 0) || byExtent({ full: 45, quick: 3, check: 1 })
