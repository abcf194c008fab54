import { once } from 'node:events'
import { connect } from 'node:net'
import { onTestFinished } from 'vitest'

/** A connection that says what no HTTP client would. */
export interface RawConnection {
  send(text: string): void
  /** What has come back when the text is in it, or the connection has ended. */
  until(text: string): Promise<string>
  /** Ends the connection in the middle. */
  cut(): void
}

export async function connectRaw(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  let received = ''
  socket.on('data', (chunk) => (received += String(chunk)))
  return {
    send: (text) => void socket.write(text),
    async until(text) {
      while (!received.includes(text) && !socket.destroyed && !socket.readableEnded) {
        await Promise.race([once(socket, 'data'), once(socket, 'close')])
      }
      return received
    },
    cut: () => void socket.destroy(),
  }
}

/** The head of a POST with a JSON body of that length. */
export function headOf(path: string, length: number): string {
  const headers = ['Host: localhost', 'Content-Type: application/json', `Content-Length: ${length}`]
  return `POST ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`
}
