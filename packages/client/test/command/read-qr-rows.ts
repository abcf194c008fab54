import { readQr } from '../../../core/test/factors/totp/read-qr.ts'

const quietZone = 4

/** Reads the QR code among what a terminal shows: rows of half blocks. `isDark`: what is drawn is the dark. */
export function readQrRows(screen: string, isDark: boolean): string {
  const rows = screen.split(/\r?\n/).filter((line) => /^[█▀▄ ]{20,}$/.test(line))
  const modules = rows.flatMap((row) => [
    [...row].map((block) => '█▀'.includes(block) === isDark),
    [...row].map((block) => '█▄'.includes(block) === isDark),
  ])
  const size = (modules[0]?.length ?? 0) - 2 * quietZone
  const inside = <Item>(items: readonly Item[]) => items.slice(quietZone, quietZone + size)
  return readQr(inside(modules).map(inside))
}
