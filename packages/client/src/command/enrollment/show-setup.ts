import { open } from 'node:fs/promises'
import type { Client, Setup } from '../../client.ts'
import type { Shell } from '../shell.ts'
import { plainText } from '../terminal/plain-text.ts'
import { drawQr, qrColumns } from '../terminal/qr.ts'

/** Show what an authenticator app scans, and below it what can be typed instead. */
export function showSetup({ totpUrl, secret }: Setup, shell: Shell): void {
  if (totpUrl === null) return
  const { columns = 80 } = shell.stderr as { readonly columns?: number }
  if (qrColumns(totpUrl) <= columns) shell.draw(drawQr(totpUrl, shell))
  else shell.say('The terminal is too narrow for the QR code.')
  if (secret !== null) shell.draw(`Secret: ${shell.paint('bold', toGroups(plainText(secret)))}`)
}

/** Split a secret into groups of four, for reading aloud. */
function toGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ')
}

/** Write the QR code to a file that only its owner can read, since it holds the secret. */
export async function writeQrCode(client: Client, path: string | null, shell: Shell): Promise<void> {
  if (path === null) return
  const bytes = await client.qrCode({ signal: shell.signal })
  const file = await open(path, 'w', 0o600)
  try {
    // A file that existed may be open to others.
    await file.chmod(0o600)
    await file.writeFile(bytes)
  } finally {
    await file.close()
  }
}
