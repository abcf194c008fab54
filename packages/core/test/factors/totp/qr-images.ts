// Pictures of QR codes back to their modules, as a camera would see them: dark on light, with a quiet zone around.

import { inflateSync } from 'node:zlib'
import type { Modules } from './read-qr.ts'

/** Modules of light around the code. */
const quiet = 4

/** The modules of an SVG of one rectangle and one path of straight outlines. @throws Error where it is another */
export function modulesOfSvg(dataUri: string): Modules {
  const prefix = 'data:image/svg+xml;base64,'
  if (!dataUri.startsWith(prefix)) throw new Error('no SVG')
  const svg = Buffer.from(dataUri.slice(prefix.length), 'base64').toString()
  const size = Number(/viewBox="-4 -4 (\d+) \1"/.exec(svg)?.[1]) - 2 * quiet
  const path = /<rect x="-4" y="-4" [^>]*fill="white"><\/rect><path d="([^"]*)" fill="black">/.exec(svg)?.[1]
  if (path === undefined) throw new Error('not black on white')
  const edges = path.split('Z').flatMap((outline) => verticalEdges(outline))
  return Array.from({ length: size }, (_, y) => {
    const crossing = edges.filter(({ from, to }) => y >= Math.min(from, to) && y < Math.max(from, to))
    // The non-zero rule: outlines crossed on the way in from the left, by their direction.
    const winding = (x: number): number =>
      crossing.reduce((sum, edge) => (edge.x <= x ? sum + Math.sign(edge.to - edge.from) : sum), 0)
    return Array.from({ length: size }, (__, x) => winding(x) !== 0)
  })
}

function verticalEdges(outline: string): readonly { x: number; from: number; to: number }[] {
  const corners = [...outline.matchAll(/(\d+) (\d+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const)
  return corners.flatMap(([x, y], at) => {
    const [nextX, nextY] = corners[(at + 1) % corners.length] as readonly [number, number]
    return x === nextX ? [{ x, from: y, to: nextY }] : []
  })
}

/** The modules of a PNG of two colours. @throws Error where it is another */
export function modulesOfPng(png: Uint8Array, pixelsPerModule: number): Modules {
  const chunks = chunksOf(Buffer.from(png))
  const header = chunks.get('IHDR') ?? Buffer.alloc(13)
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  if (width !== height || header.readUInt16BE(8) !== 0x0103)
    throw new Error('not a square of one bit a pixel and a palette')
  const palette = chunks.get('PLTE')?.toString('hex')
  if (palette !== 'ffffff000000') throw new Error('not black on white')
  const rows = inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))
  const stride = Math.ceil(width / 8) + 1
  const isDark = (x: number, y: number): boolean => {
    if (rows[y * stride] !== 0) throw new Error('a filter is not read')
    return (((rows[y * stride + 1 + (x >> 3)] as number) >> (7 - (x & 7))) & 1) === 1
  }
  const middle = (module: number): number => Math.floor((module + quiet + 0.5) * pixelsPerModule)
  const size = width / pixelsPerModule - 2 * quiet
  return Array.from({ length: size }, (_, y) => Array.from({ length: size }, (__, x) => isDark(middle(x), middle(y))))
}

function chunksOf(png: Buffer): ReadonlyMap<string, Buffer> {
  if (png.subarray(0, 8).toString('hex') !== '89504e470d0a1a0a') throw new Error('no PNG')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  return chunks
}
