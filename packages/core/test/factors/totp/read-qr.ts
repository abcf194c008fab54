// A QR code reader (ISO/IEC 18004) that shares no code with what draws them. It corrects no errors: there must be none.

/** True where a module is dark, by row and column, without the quiet zone. */
export type Modules = readonly (readonly boolean[])[]

/** Error correction codewords of a block, and blocks, by level and version from 1 on. */
const tables = {
  L: [
    '7 10 15 20 26 18 20 24 30 18 20 24 26 30 22 24 28 30 28 28 28 28 30 30 26 28 30 30 30 30 30 30 30 30 30 30 30 30 30 30',
    '1 1 1 1 1 2 2 2 2 4 4 4 4 4 6 6 6 6 7 8 8 9 9 10 12 12 12 13 14 15 16 17 18 19 19 20 21 22 24 25',
  ],
  M: [
    '10 16 26 18 24 16 18 22 22 26 30 22 22 24 24 28 28 26 26 26 26 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28 28',
    '1 1 1 2 2 4 4 4 5 5 5 8 9 9 10 10 11 13 14 16 17 17 18 20 21 23 25 26 28 29 31 33 35 37 38 40 43 45 47 49',
  ],
  Q: [
    '13 22 18 26 18 24 18 22 20 24 28 26 24 20 30 24 28 28 26 30 28 30 30 30 30 28 30 30 30 30 30 30 30 30 30 30 30 30 30 30',
    '1 1 2 2 4 4 6 6 8 8 8 10 12 16 12 17 16 18 21 20 23 23 25 27 29 34 34 35 38 40 43 45 48 51 53 56 59 62 65 68',
  ],
  H: [
    '17 28 22 16 22 28 26 26 24 28 24 28 22 24 24 30 28 28 26 28 30 24 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30 30',
    '1 1 2 4 4 4 5 6 8 8 11 11 16 16 18 16 19 21 25 25 25 34 30 32 35 37 40 42 45 48 51 54 57 60 63 66 70 74 77 81',
  ],
} as const

const masks: readonly ((x: number, y: number) => number)[] = [
  (x, y) => (x + y) % 2,
  (_, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
]

/** The text of a QR code. @throws Error where it is none, or has a segment that is not numeric, alphanumeric or bytes */
export function readQr(modules: Modules): string {
  const size = modules.length
  const version = (size - 17) / 4
  if (!Number.isInteger(version) || version < 1 || version > 40) throw new Error(`no QR code has ${size} modules`)
  const { level, mask } = readFormat(modules)
  const [eccPerBlock, blocks] = tables[level].map((row) => Number(row.split(' ')[version - 1])) as [number, number]
  const codewords = toBytes(dataBits(modules, { version, mask }))
  return readSegments(joinBlocks(codewords, { eccPerBlock, blocks }), version)
}

function readFormat(modules: Modules): { level: keyof typeof tables; mask: number } {
  const cells = [...[0, 1, 2, 3, 4, 5, 7, 8].map((x) => [x, 8]), ...[7, 5, 4, 3, 2, 1, 0].map((y) => [8, y])]
  const bits =
    cells.reduce((sum, [x, y]) => sum * 2 + Number(modules[y as number]?.[x as number]), 0) ^ 0b101010000010010
  const level = (['M', 'L', 'H', 'Q'] as const)[bits >> 13]
  if (level === undefined) throw new Error('no format')
  return { level, mask: (bits >> 10) & 7 }
}

/** Data modules in their zigzag from the lower right, unmasked. */
function dataBits(modules: Modules, { version, mask }: { version: number; mask: number }): readonly number[] {
  const size = modules.length
  const centres = alignmentCentres(version)
  const isFunction = (x: number, y: number): boolean => {
    if (x === 6 || y === 6) return true
    if ((x < 9 && y < 9) || (x < 9 && y >= size - 8) || (x >= size - 8 && y < 9)) return true
    if (version >= 7 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11))) return true
    return centres.some(([cx, cy]) => Math.abs(cx - x) <= 2 && Math.abs(cy - y) <= 2)
  }
  const bits: number[] = []
  let upward = true
  for (let right = size - 1; right > 0; right -= 2) {
    // The vertical timing pattern is skipped as a whole column.
    if (right === 6) right -= 1
    for (let count = 0; count < size; count += 1) {
      const y = upward ? size - 1 - count : count
      for (const x of [right, right - 1]) {
        if (isFunction(x, y)) continue
        bits.push(Number(modules[y]?.[x]) ^ Number(masks[mask]?.(x, y) === 0))
      }
    }
    upward = !upward
  }
  return bits
}

function alignmentCentres(version: number): readonly (readonly [number, number])[] {
  if (version === 1) return []
  const size = version * 4 + 17
  const count = Math.floor(version / 7) + 2
  const step = version === 32 ? 26 : Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2
  const places = [6, ...Array.from({ length: count - 1 }, (_, at) => size - 7 - (count - 2 - at) * step)]
  const finders = ['6 6', `6 ${size - 7}`, `${size - 7} 6`]
  return places.flatMap((x) => places.map((y) => [x, y] as const)).filter(([x, y]) => !finders.includes(`${x} ${y}`))
}

function toBytes(bits: readonly number[]): readonly number[] {
  return Array.from({ length: Math.floor(bits.length / 8) }, (_, at) =>
    bits.slice(at * 8, at * 8 + 8).reduce((sum, bit) => sum * 2 + bit, 0),
  )
}

/** The data codewords, which are stored in turns of one a block; the later blocks may have one more. */
function joinBlocks(codewords: readonly number[], of: { eccPerBlock: number; blocks: number }): readonly number[] {
  const shortData = Math.floor(codewords.length / of.blocks) - of.eccPerBlock
  const shortBlocks = of.blocks - (codewords.length % of.blocks)
  const joined: number[][] = Array.from({ length: of.blocks }, () => [])
  let at = 0
  for (let row = 0; row <= shortData; row += 1) {
    for (const [block, data] of joined.entries()) {
      if (row === shortData && block < shortBlocks) continue
      data.push(codewords[at] as number)
      at += 1
    }
  }
  return joined.flat()
}

const alphanumeric = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

function readSegments(data: readonly number[], version: number): string {
  const bits = data.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  let at = 0
  const take = (count: number): number => {
    at += count
    return Number.parseInt(bits.slice(at - count, at), 2)
  }
  const size = version < 10 ? 0 : version < 27 ? 1 : 2
  const bytes: number[] = []
  const add = (text: string): void => void bytes.push(...Buffer.from(text, 'latin1'))
  while (bits.length - at >= 4) {
    const mode = take(4)
    if (mode === 0) break
    if (mode === 1) {
      for (let left = take([10, 12, 14][size] as number); left > 0; left -= 3) {
        const digits = Math.min(left, 3)
        add(String(take(digits * 3 + 1)).padStart(digits, '0'))
      }
    } else if (mode === 2) {
      for (let left = take([9, 11, 13][size] as number); left > 0; left -= 2) {
        const value = take(left === 1 ? 6 : 11)
        add((left === 1 ? '' : alphanumeric.charAt(Math.floor(value / 45))) + alphanumeric.charAt(value % 45))
      }
    } else if (mode === 4) {
      for (let left = take(size === 0 ? 8 : 16); left > 0; left -= 1) bytes.push(take(8))
    } else throw new Error(`mode ${mode} is not read`)
  }
  return Buffer.from(bytes).toString('utf8')
}
